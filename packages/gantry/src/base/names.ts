/**
 * Docker's own rule for container names needs two characters and starts with a letter or digit; host names allow no
 * underscore, dot or upper case; Kubernetes (RFC 1123 labels) allows 63. One rule that all three accept.
 */
const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Why `name` cannot name a service, volume or stack; `undefined` when it can. */
export function nameProblem(name: string, longest = 40): string | undefined {
  if (name.length < 2) return "Docker needs at least two characters in a name";
  if (name.length > longest)
    return `a name has at most ${longest} characters, so that host names made of it stay below 63`;
  if (namePattern.test(name)) return undefined;
  if (/[A-Z]/.test(name)) return "host names and image names have no capital letters";
  if (name.includes("_")) return "host names have no underscores; use a hyphen";
  return "a name starts with a letter and has small letters, digits and single hyphens";
}

/** Why `name` cannot name an environment variable or secret; `undefined` when it can. */
export function variableProblem(name: string): string | undefined {
  return /^[A-Z_][A-Z0-9_]*$/i.test(name)
    ? undefined
    : "a variable's name has letters, digits and underscores, and no digit first";
}

/** `my-api` as the start of a variable's name: `MY_API`. */
export function variableName(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
}

/** The one of `candidates` that `word` was most likely meant to be: the only one that it begins, or one near enough (a third of its letters). */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length >= 3) {
    const longer = [...candidates].filter((candidate) =>
      candidate.toLowerCase().startsWith(word.toLowerCase()),
    );
    if (longer.length === 1) return longer[0];
  }
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const away = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (away < least) {
      least = away;
      best = candidate;
    }
  }
  return best;
}

/** Optimal string alignment distance: insert, delete, replace, swap neighbours, each costs 1. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let j = 0; j <= b.length; j++) (rows[0] as number[])[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = value;
    }
  }
  return at(a.length, b.length);
}

/** `a`, `a and b`, `a, b and c`. */
export function listing(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
