import type { OperationContext } from "./context.ts";
import type { ServiceStatus } from "./status.ts";

/** What `gantry up` may be told. */
export interface UpOptions {
  /** Services to start, with all that they need; every one when absent. */
  readonly services?: readonly string[];
  /** Build images first; true when absent. */
  readonly build?: boolean;
  /** Service whose processes start under a debugger (dev only). */
  readonly debug?: string;
}

/** What `gantry up` did. */
export interface UpResult {
  readonly project: string;
  /** Every service that belongs to this run, in order of name and replica. */
  readonly services: readonly ServiceStatus[];
  /** Everything already ran as it should; nothing was touched. */
  readonly unchanged: boolean;
  readonly durationMs: number;
}

/**
 * Brings the environment up and ends when every service is healthy and every job succeeded.
 * A service that dies, a job that fails or a check that turns unhealthy ends it at once with exit `unhealthy`;
 * an abort stops what this run started and leaves what ran before.
 */
export async function up(_context: OperationContext, _options: UpOptions = {}): Promise<UpResult> {
  throw new Error("not there yet");
}
