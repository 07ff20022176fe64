import type { Log } from "@gantry/runtime";

/** Takes the errors of one part that does not answer. */
export type OutageReporter = (error: unknown) => void;

const quietMilliseconds = 10_000;

/**
 * Reporters that log the first error of a part at once, and then one in ten seconds with the number of those left out:
 * a Redis that is down for a minute would otherwise fill the log with thousands of lines, from every connection's every
 * attempt.
 */
export function reportOutages(
  log: Pick<Log, "warn">,
  now: () => number = () => performance.now(),
): (part: string) => OutageReporter {
  const parts = new Map<string, { readonly loggedAt: number; leftOut: number }>();
  return (part) => (error) => {
    const last = parts.get(part);
    if (last !== undefined && now() - last.loggedAt < quietMilliseconds) {
      last.leftOut += 1;
      return;
    }
    parts.set(part, { loggedAt: now(), leftOut: 0 });
    log.warn({ err: error, ...(last?.leftOut && { leftOut: last.leftOut }) }, `${part} does not answer`);
  };
}
