import { requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { operate } from "./session.ts";
import { readStatuses, type ServiceStatus } from "./status.ts";

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
export async function ps(context: OperationContext, options: PsOptions = {}): Promise<PsResult> {
  return operate(context, { id: "ps", title: "ps", quiet: true }, async ({ engine, blueprint, signal }) => {
    requireServices(blueprint, options.services ?? []);
    const services = await readStatuses(engine, blueprint, {
      stats: options.stats ?? true,
      signal,
      ...(options.services === undefined || options.services.length === 0
        ? {}
        : { services: new Set(options.services) }),
    });
    return { project: blueprint.project, services };
  });
}
