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

/**
 * A signal handler: the first signal begins to stop, one that comes later ends at once. A terminal that is closed
 * (SIGHUP) asks to stop, but nobody pressed a key to leave things half-made.
 */
export function interrupter({ begin, leave, now }: InterruptActions): (signal: string) => void {
  let first: number | undefined;
  return (signal) => {
    if (first === undefined) {
      first = now();
      begin();
    } else if (signal !== "SIGHUP" && now() - first > samePressMs) {
      leave();
    }
  };
}
