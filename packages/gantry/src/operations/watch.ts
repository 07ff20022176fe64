import type { OperationContext } from "./context.ts";

/** What watching may be told. */
export interface WatchOptions {
  /** Only these services. */
  readonly services?: readonly string[];
}

/**
 * Follows the sources into the running containers of `dev` until it is aborted: syncs, restarts and rebuilds as the
 * stack's watch rules say; every sync is a log event. Call it after `up`. Resolves when aborted.
 */
export async function watch(_context: OperationContext, _options: WatchOptions = {}): Promise<void> {
  throw new Error("not there yet");
}
