/**
 * A function that works its answer out once for each object it is asked about. Only for pure functions of values that
 * never change, such as facts: many rules ask the same question, and the answer may cost a walk over all files.
 */
export function once<Key extends object, Answer>(answer: (key: Key) => Answer): (key: Key) => Answer {
  const known = new WeakMap<Key, { readonly answer: Answer }>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const made = answer(key);
    known.set(key, { answer: made });
    return made;
  };
}
