/** What an interrupter does. */
export interface InterruptActions {
  /** The first time: begin to stop. */
  readonly begin: () => void;
  /** After that: end at once. */
  readonly leave: () => void;
  /** Milliseconds on any clock that goes forward. */
  readonly now: () => number;
}

// One key press can arrive twice: from the terminal, and passed on by a parent such as npm.
const samePressMs = 300;

/** A signal handler: the first signal begins to stop, one that comes later ends at once. */
export function interrupter({ begin, leave, now }: InterruptActions): () => void {
  let first: number | undefined;
  return () => {
    if (first === undefined) {
      first = now();
      begin();
    } else if (now() - first > samePressMs) {
      leave();
    }
  };
}
