import type { OperationContext } from "./context.ts";
import type { CommandResult } from "./exec.ts";

/** What `gantry run` may be told. */
export interface RunOptions {
  readonly service: string;
  /** The service's own command when empty or absent. */
  readonly command?: readonly string[];
  /** A terminal for the command; when absent, one if ours is. */
  readonly tty?: boolean;
  /** Start what the service needs, and wait for it; true when absent. */
  readonly dependencies?: boolean;
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a one-off container of a service, removed when it ends. Standard streams are handed through as they are. */
export async function run(_context: OperationContext, _options: RunOptions): Promise<CommandResult> {
  throw new Error("not there yet");
}
