import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { type ConnectionSources, systemSources } from "./connection.ts";
import type { Command } from "./process.ts";

/** What decides where Docker's command line finds its plugins; given, so that tests can say it. */
export interface PluginSources extends ConnectionSources {
  readonly isProgram: (path: string) => boolean;
}

/** Where Docker's command line looks, after the user's own folder: https://docs.docker.com/reference/cli/docker/ (plugins). */
const systemFolders: readonly string[] = [
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];

/**
 * The same command without `docker` before it, when its first word is a plugin that is found where Docker would find
 * it: Compose and Buildx are programs of their own. Docker starts every plugin twice, once to ask what it is, which
 * takes longer than most of what Gantry asks of it.
 */
export function withoutDocker(
  command: Command,
  sources: PluginSources = { ...systemSources(), isProgram },
): Command {
  const [plugin, ...args] = command.args;
  if (command.program !== "docker" || (plugin !== "compose" && plugin !== "buildx")) return command;
  const folder = sources.environment["DOCKER_CONFIG"] || join(sources.home, ".docker");
  const further = furtherFolders(sources.readText(join(folder, "config.json")));
  if (further === undefined) return command;
  const there = (places: readonly string[]): readonly string[] =>
    places.map((place) => join(place, `docker-${plugin}`)).filter(sources.isProgram);
  const chosen = there([join(folder, "cli-plugins"), ...further]);
  // Which of several comes first is not the same in Docker's words and in its code.
  if (chosen.length > 1) return command;
  const program = chosen[0] ?? there(systemFolders)[0];
  return program === undefined ? command : { ...command, program, args };
}

/** Folders that Docker's configuration names besides the usual; `undefined` where it cannot be read. */
function furtherFolders(configuration: string | undefined): readonly string[] | undefined {
  try {
    const { cliPluginsExtraDirs: folders = [] } = JSON.parse(configuration ?? "{}") as {
      readonly cliPluginsExtraDirs?: readonly string[] | null;
    };
    return [...new Set(folders ?? [])].map(String);
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
