import { type Command, runInteractive } from "../engine/process.ts";
import type { OperationContext } from "./context.ts";
import { operate } from "./session.ts";
import { runningContainer } from "./target.ts";

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
export async function exec(context: OperationContext, options: ExecOptions): Promise<CommandResult> {
  return operate(
    context,
    { id: "exec", title: `exec ${options.service}`, quiet: true },
    async ({ engine, blueprint, signal }) => {
      const container = await runningContainer(engine, blueprint, options, signal);
      return { exitCode: await runInteractive(execCommand(container.Id, options), { signal }) };
    },
  );
}

/** `docker exec` with our own streams; values of variables go through the environment, not through arguments. */
export function execCommand(container: string, options: Omit<ExecOptions, "service" | "replica">): Command {
  const environment = options.environment ?? {};
  return {
    program: "docker",
    args: [
      "exec",
      "--interactive",
      ...((options.tty ?? ownTerminal()) ? ["--tty"] : []),
      ...(options.user === undefined ? [] : ["--user", options.user]),
      ...(options.workdir === undefined ? [] : ["--workdir", options.workdir]),
      ...Object.keys(environment).flatMap((name) => ["--env", name]),
      container,
      ...options.command,
    ],
    environment: { ...environment, DOCKER_CLI_HINTS: "false" },
  };
}

/** Whether a person sits at both ends; a pipe on either side wants bytes, not a terminal. */
export function ownTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}
