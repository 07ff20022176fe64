import { composeCommand, runArguments } from "../engine/compose.ts";
import { withoutDocker } from "../engine/plugins.ts";
import { runInteractive } from "../engine/process.ts";
import { buildImages } from "./build.ts";
import { prepareProject, requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { type CommandResult, ownTerminal } from "./exec.ts";
import { writeRendered } from "./rendered.ts";
import { operate, type Session } from "./session.ts";
import { imagesOf, up } from "./up.ts";

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
export async function run(context: OperationContext, options: RunOptions): Promise<CommandResult> {
  const blueprint = context.project.blueprint(context.environment);
  requireServices(blueprint, [options.service]);
  const service = blueprint.services[options.service];
  const needs = [...(service?.after.map((condition) => condition.service) ?? []), ...(service?.uses ?? [])];
  // An operation of its own, which ends before the command takes the streams.
  if (options.dependencies !== false && needs.length > 0) await up(context, { services: needs });
  return operate(context, { id: "run", title: `run ${options.service}`, quiet: true }, async (session) => {
    await ensureImage(session, options.service);
    const { compose } = await prepareProject(session);
    const environment = options.environment ?? {};
    const command = composeCommand(
      compose,
      runArguments({
        service: options.service,
        command: options.command ?? [],
        tty: options.tty ?? ownTerminal(),
        // They are up already, and Compose's own waiting would be slower.
        dependencies: false,
        user: options.user,
        environment,
      }),
    );
    const exitCode = await runInteractive(
      withoutDocker({ ...command, environment: { ...command.environment, ...environment } }),
      { signal: session.signal },
    );
    return { exitCode };
  });
}

async function ensureImage(session: Session, service: string): Promise<void> {
  const images = imagesOf(session.blueprint, new Set([service]));
  if (images.length > 0) await buildImages(session, { images });
  else await writeRendered(session.context.project);
}
