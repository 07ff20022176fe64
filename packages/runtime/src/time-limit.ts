import { formatDuration } from "./durations.ts";

/** Thrown by {@link withTimeLimit} when the work gave no answer in time. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";

  constructor(limitMilliseconds: number) {
    super(`no answer within ${formatDuration(limitMilliseconds)}`);
  }
}

/**
 * Runs `work` and stops waiting after `limitMilliseconds`. The signal that the work receives is aborted then, so work
 * that listens to it also ends; work that does not is left behind, and what it later returns or throws is dropped.
 * @throws TimeLimitError when the time is up; otherwise whatever the work throws.
 */
export async function withTimeLimit<Result>(
  work: (signal: AbortSignal) => Result | PromiseLike<Result>,
  limitMilliseconds: number,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new TimeLimitError(limitMilliseconds);
    // Rejecting first: work that throws as soon as it is aborted would otherwise win with a less clear message.
    reject(error);
    controller.abort(error);
  }, limitMilliseconds);
  try {
    return await Promise.race([Promise.resolve().then(() => work(controller.signal)), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
