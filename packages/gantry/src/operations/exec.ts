import type { OperationContext } from "./context.ts";

/** What `gantry exec` may be told. */
export interface ExecOptions {
  readonly service: string;
  /** 1-based; the first running one when absent. */
  readonly replica?: number;
  readonly command: readonly string[];
  /** A terminal for the command; when absent, one if ours is. */
  readonly tty?: boolean;
  readonly user?: string;
  readonly workdir?: string;
  /** Variables by name. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a command in a container ended. */
export interface CommandResult {
  readonly exitCode: number;
}

/**
 * Runs a command in a running service. Standard streams are handed through to the command as they are, so nothing
 * else may be printed meanwhile; the command's own exit code comes back and is no error.
 */
export async function exec(_context: OperationContext, _options: ExecOptions): Promise<CommandResult> {
  throw new Error("not there yet");
}
