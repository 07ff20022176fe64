/**
 * Milliseconds since the epoch, by a clock that only goes forward and never jumps while the program runs: what the clock
 * on the wall said at its start, and the time that has passed since. Spans of time are counted with it; what must be told
 * to somebody with another clock is not.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
