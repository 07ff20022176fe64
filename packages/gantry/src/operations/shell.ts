import { GantryError } from "../base/errors.ts";
import { problems } from "../engine/catalogue.ts";
import { EngineFailure } from "../engine/client.ts";
import { execInContainer } from "../engine/exec.ts";
import { runInteractive } from "../engine/process.ts";
import { containerName } from "./cleanup.ts";
import type { OperationContext } from "./context.ts";
import { type CommandResult, execCommand } from "./exec.ts";
import { operate, type Session } from "./session.ts";
import { runningContainer } from "./target.ts";

/** What `gantry shell` may be told. */
export interface ShellOptions {
  readonly service: string;
  readonly replica?: number;
  readonly user?: string;
}

/** Image for a look into a container that has no shell of its own. */
const debugImage = "debian:trixie-slim bash";

/** Opens the first of bash and sh that the service's image has; an image without one is a problem that says what to do. */
export async function shell(context: OperationContext, options: ShellOptions): Promise<CommandResult> {
  return operate(
    context,
    { id: "shell", title: `shell ${options.service}`, quiet: true },
    async (session) => {
      const { engine, blueprint, signal } = session;
      const container = await runningContainer(engine, blueprint, options, signal);
      const program = await firstShell(session, container.Id);
      if (program === undefined)
        throw new GantryError(problems.noShell(options.service, containerName(container), debugImage));
      const command = execCommand(container.Id, {
        command: [program],
        ...(options.user === undefined ? {} : { user: options.user }),
      });
      return { exitCode: await runInteractive(command, { signal }) };
    },
  );
}

/** The first of bash and sh that runs in the container. */
export async function firstShell(
  { engine, signal }: Pick<Session, "engine" | "signal">,
  container: string,
): Promise<string | undefined> {
  for (const program of ["bash", "sh"]) {
    try {
      const { exitCode } = await execInContainer(engine, container, {
        command: [program, "-c", "exit 0"],
        signal,
      });
      if (exitCode === 0) return program;
    } catch (error) {
      // Some engines refuse to start a program that is not there, others report exit code 126 or 127.
      if (!(error instanceof EngineFailure)) throw error;
    }
  }
  return undefined;
}
