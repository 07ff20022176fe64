import { GantryError } from "../base/errors.ts";
import { problems } from "./catalogue.ts";
import type { EngineClient } from "./client.ts";
import type { Line } from "./frames.ts";
import { withoutDocker } from "./plugins.ts";
import { type Command, runCommand } from "./process.ts";
import { explainText } from "./translate.ts";

/** One Compose project: its files and what is set for their variables. */
export interface ComposeProject {
  readonly name: string;
  /** Absolute paths; the first one's folder is what relative paths in them start from. */
  readonly files: readonly string[];
  /** Values of `${…}` in the files. Handed over in the environment, never as arguments. */
  readonly variables: Readonly<Record<string, string>>;
  /** Files of variables that Compose reads itself: values that must not stand in its environment. */
  readonly variableFiles?: readonly string[];
  /** What relative paths of mounts start from, where that is not the first file's folder. */
  readonly folder?: string;
}

/** `docker compose … ARGS` of a project. */
export function composeCommand(project: ComposeProject, args: readonly string[]): Command {
  return {
    program: "docker",
    args: [
      "compose",
      "--ansi=never",
      "-p",
      project.name,
      ...(project.folder === undefined ? [] : ["--project-directory", project.folder]),
      ...(project.variableFiles ?? []).flatMap((file) => ["--env-file", file]),
      ...project.files.flatMap((file) => ["-f", file]),
      ...args,
    ],
    environment: { ...project.variables, COMPOSE_MENU: "false" },
  };
}

/** How containers are made. */
export interface MakingSettings {
  readonly engine: EngineClient;
  readonly signal: AbortSignal;
  /** Takes the name of each that is complete. */
  readonly onMade: (name: string) => void;
}

/**
 * Makes networks, volumes and containers, anew where their description or image changed; starts nothing. Tells the name
 * of each new container when Compose is done with it: it writes files into some after the engine has made them.
 */
export async function makeContainers(
  project: ComposeProject,
  services: readonly string[],
  options: MakingSettings,
): Promise<void> {
  const args = ["up", "--no-start", "--no-build", "--remove-orphans", "--quiet-pull", ...services];
  await runCompose(project, args, {
    engine: options.engine,
    signal: options.signal,
    onLine: ({ text }) => {
      const name = /^\s*Container (\S+)\s+Created\s*$/.exec(text)?.[1];
      if (name !== undefined) options.onMade(name);
    },
  });
}

/** A one-off container with our own terminal or none. */
export function runArguments(options: {
  readonly service: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly dependencies: boolean;
  readonly user: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}): readonly string[] {
  return [
    "run",
    "--rm",
    ...(options.tty ? [] : ["-T"]),
    ...(options.dependencies ? [] : ["--no-deps"]),
    ...(options.user === undefined ? [] : ["--user", options.user]),
    ...Object.keys(options.environment).flatMap((name) => ["-e", name]),
    options.service,
    ...options.command,
  ];
}

/** Runs Compose to its end; a failure is explained with the last lines that it printed. */
export async function runCompose(
  project: ComposeProject,
  args: readonly string[],
  options: {
    readonly engine?: EngineClient;
    readonly signal?: AbortSignal;
    readonly onLine?: (line: Line) => void;
  } = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(
    withoutDocker(composeCommand(project, args)),
    options,
  );
  if (exitCode === 0) return stdout;
  const known = await explainText(stderr, { engine: options.engine });
  if (known !== undefined) throw new GantryError(known.problem, { exit: known.exit });
  const printed = stderr.trim().split("\n");
  const reason = printed.at(-1) ?? `exit code ${exitCode}`;
  throw new GantryError(problems.composeFailed(reason, printed.slice(-10)));
}
