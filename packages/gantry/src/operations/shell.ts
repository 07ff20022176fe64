import type { OperationContext } from "./context.ts";
import type { CommandResult } from "./exec.ts";

/** What `gantry shell` may be told. */
export interface ShellOptions {
  readonly service: string;
  readonly replica?: number;
  readonly user?: string;
}

/** Opens the first of bash and sh that the service's image has; an image without one is a problem that says what to do. */
export async function shell(_context: OperationContext, _options: ShellOptions): Promise<CommandResult> {
  throw new Error("not there yet");
}
