import type { OperationContext } from "./context.ts";
import type { ServiceStatus } from "./status.ts";

/** What `gantry ps` may be told. */
export interface PsOptions {
  /** Only these services. */
  readonly services?: readonly string[];
  /** Measure processor and memory; true when absent. It costs about a tenth of a second. */
  readonly stats?: boolean;
}

/** What `gantry ps` saw. */
export interface PsResult {
  readonly project: string;
  /** In order of name and replica; services that are not there among them. */
  readonly services: readonly ServiceStatus[];
}

/** The state of every service of the blueprint, once; call it again to watch. Emits no events. */
export async function ps(_context: OperationContext, _options: PsOptions = {}): Promise<PsResult> {
  throw new Error("not there yet");
}
