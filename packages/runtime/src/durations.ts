/** A length of time: milliseconds as a number, or a number with its unit such as `"500ms"`, `"2s"`, `"1m"`, `"1h"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h"}`;

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a {@link Duration}.
 * @throws TypeError when the text is not a number with one of the units, or is negative.
 */
export function milliseconds(duration: Duration): number {
  if (typeof duration === "number") {
    if (Number.isFinite(duration) && duration >= 0) return duration;
    throw new TypeError(`A duration must be a finite number of milliseconds, 0 or more: got ${duration}.`);
  }
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration);
  const factor = unitMilliseconds[match?.[2] ?? ""];
  if (match === null || factor === undefined) {
    throw new TypeError(`"${duration}" is not a duration. Write a number and a unit: 500ms, 2s, 1m or 1h.`);
  }
  return Number(match[1]) * factor;
}

/** A duration as people read it: `250ms`, `2s`, `1.5s`. */
export function formatDuration(duration: Duration): string {
  const total = milliseconds(duration);
  return total < 1_000 ? `${Math.round(total)}ms` : `${Number((total / 1_000).toFixed(3))}s`;
}
