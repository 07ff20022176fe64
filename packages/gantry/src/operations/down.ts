import type { OperationContext } from "./context.ts";

/** What `gantry down` may be told. */
export interface DownOptions {
  /** Also remove the volumes: all data of this environment is lost. */
  readonly volumes?: boolean;
}

/** What `gantry down` removed. */
export interface DownResult {
  readonly project: string;
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Volumes that were kept, with the data in them. */
  readonly kept: readonly string[];
  readonly durationMs: number;
}

/** Stops and removes the environment's containers and networks; data stays unless `volumes` says otherwise. */
export async function down(_context: OperationContext, _options: DownOptions = {}): Promise<DownResult> {
  throw new Error("not there yet");
}
