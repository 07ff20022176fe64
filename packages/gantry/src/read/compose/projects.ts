import { hasAny } from "../../base/text.ts";
import { parseEnvFile } from "../env/parse.ts";
import { fileNameOf, folderOf, resolvePath } from "../paths.ts";
import type { Reader } from "../reader.ts";
import type { YamlEntry } from "../yaml/model.ts";
import { rootMap, type YamlFile } from "../yaml/parse.ts";
import { at, entriesOf, textAt, textsOf, trackedAt } from "../yaml/questions.ts";
import { loadModel, pulledIn } from "./load.ts";
import type { ComposeProject, ComposeResource } from "./model.ts";
import { type ComposeScope, pathIn } from "./scope.ts";
import { composeService } from "./service.ts";

/** Whether a text is a Compose file, for those under names of their own, such as `stack.yml`. */
export function looksLikeCompose(text: string): boolean {
  return (
    text.includes("services:") &&
    /^services:\s*(#.*)?$/m.test(text) &&
    /^\s+(image|build):/m.test(text) &&
    !text.includes("{{")
  );
}

/** The names Compose looks for, best first. */
const mainNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const overrideNames = mainNames.map((name) => name.replace(".", ".override."));

/**
 * The ways in which a project's Compose files are run together: the main file with its override file, each further
 * file alone when it is complete, else on top of the main one, and what `COMPOSE_FILE` in `.env` says.
 */
export function readComposeProjects(reader: Reader, paths: readonly string[]): readonly ComposeProject[] {
  const folders = Map.groupBy(paths, folderOf);
  const pulled = new Set<string>();
  const files = new Map<string, YamlFile>();
  for (const path of paths) {
    const file = reader.yaml(path);
    if (file === undefined) continue;
    files.set(path, file);
    for (const other of pulledIn(file)) if (other !== path) pulled.add(other);
  }
  return [...folders].flatMap(([folder, inFolder]) => {
    const readable = inFolder.filter((path) => files.has(path));
    return combinations(reader, folder, readable, files, pulled).map((combination) =>
      readComposeProject(reader, combination),
    );
  });
}

function combinations(
  reader: Reader,
  folder: string,
  paths: readonly string[],
  files: ReadonlyMap<string, YamlFile>,
  pulled: ReadonlySet<string>,
): readonly (readonly string[])[] {
  const main = mainNames.map((name) => joined(folder, name)).find((path) => paths.includes(path));
  const override = paths.find((path) => overrideNames.includes(fileNameOf(path)));
  const found: (readonly string[])[] = [];
  const chosen = composeFileVariable(reader, folder, paths);
  if (chosen !== undefined) found.push(chosen);
  else if (main !== undefined) found.push(override === undefined ? [main] : [main, override]);
  const used = new Set(found.flat());
  if (main !== undefined && !pulled.has(main) && !used.has(main)) found.push([main]);
  for (const path of paths) {
    if (path === main || path === override || used.has(path) || pulled.has(path)) continue;
    const base = isOverlay(files.get(path)) ? baseFor(path, main, paths, files) : undefined;
    found.push(base === undefined ? [path] : [base, path]);
  }
  return found;
}

/** Files that `COMPOSE_FILE` in `.env` names, when all of them are there. */
function composeFileVariable(
  reader: Reader,
  folder: string,
  paths: readonly string[],
): readonly string[] | undefined {
  const dotenv = reader.envFile(joined(folder, ".env"));
  const value = (name: string): string | undefined =>
    dotenv?.entries.find((entry) => entry.name === name)?.value;
  const text = value("COMPOSE_FILE");
  if (text === undefined || text === "") return undefined;
  const chosen = text.split(value("COMPOSE_PATH_SEPARATOR") ?? ":").map((path) => resolvePath(folder, path));
  return chosen.every((path) => path !== undefined && paths.includes(path))
    ? (chosen as string[])
    : undefined;
}

/** Whether a file only adds to services of another: one of them has neither image nor build. */
function isOverlay(file: YamlFile | undefined): boolean {
  return incomplete(file).length > 0;
}

function incomplete(file: YamlFile | undefined): readonly string[] {
  const root = file === undefined ? undefined : rootMap(file);
  return entriesOf(at(root, "services"))
    .filter(({ value }) =>
      ["image", "build", "extends", "provider"].every((key) => at(value, key) === undefined),
    )
    .map((entry) => entry.key);
}

/** The file that `path` is laid over: the main one, else one that its name goes on from, else the first that has all that `path` lacks. */
function baseFor(
  path: string,
  main: string | undefined,
  paths: readonly string[],
  files: ReadonlyMap<string, YamlFile>,
): string | undefined {
  const missing = incomplete(files.get(path));
  const begins = paths.filter((one) => isBeginOf(one, path)).sort((a, b) => b.length - a.length);
  const candidates = [...(main === undefined ? [] : [main]), ...begins, ...paths];
  return candidates.find((candidate) => {
    if (candidate === path) return false;
    const lacking = incomplete(files.get(candidate));
    // Of two that go together by their names, each may have what the other lacks.
    if (lacking.length > 0 && candidate !== main && !begins.includes(candidate)) return false;
    return (
      missing.every((name) => has(files.get(candidate), name) && !lacking.includes(name)) &&
      lacking.every((name) => has(files.get(path), name) && !missing.includes(name))
    );
  });
}

function has(file: YamlFile | undefined, service: string): boolean {
  return at(file === undefined ? undefined : rootMap(file), "services", service) !== undefined;
}

/** Whether a file's name goes on from another's: `quickstart-postgres.yml` from `quickstart.yml`. */
function isBeginOf(one: string, other: string): boolean {
  const stem = one.replace(/\.ya?ml$/, "");
  return other.startsWith(stem) && "-._".includes(other[stem.length] ?? "x");
}

/** Reads the files, first one first, as one project. */
export function readComposeProject(reader: Reader, paths: readonly string[]): ComposeProject {
  const folder = projectFolder(reader, paths[0] ?? "");
  const dotenv = readDotenv(reader, folder);
  const lookup = (name: string): string | undefined => dotenv.get(name);
  const model = loadModel(reader, paths, folder, lookup);
  const scope: ComposeScope = { reader, folders: model.folders, lookup };
  const resources = (key: string): readonly ComposeResource[] =>
    entriesOf(at(model.root, key)).map((entry) => resource(scope, entry));
  const sources = [...model.files.values()].map(({ path, source, problems }) => {
    return { path, source, problems };
  });
  return {
    files: paths,
    sources,
    name: trackedAt(model.root, "name"),
    node: model.root,
    services: entriesOf(at(model.root, "services")).map((entry) => composeService(scope, entry)),
    networks: resources("networks"),
    volumes: resources("volumes"),
    secrets: resources("secrets"),
    configs: resources("configs"),
    dotenv,
    problems: model.problems,
  };
}

/**
 * The folder that a project's paths count from: that of its main file, or one above from which what it names is there:
 * such a file is given after another one (`-f compose.yaml -f extra/compose.yaml`), or with `--project-directory`.
 */
function projectFolder(reader: Reader, path: string): string {
  const own = folderOf(path);
  const file = own === "" ? undefined : reader.yaml(path);
  const services = entriesOf(at(file === undefined ? undefined : rootMap(file), "services"));
  const contexts = services.flatMap(({ value }) => {
    const context = textAt(value, "build") ?? textAt(value, "build", "context");
    return context === undefined ? [] : `${context}/${textAt(value, "build", "dockerfile") ?? "Dockerfile"}`;
  });
  const others = services.flatMap(({ value }) => [
    ...textsOf(at(value, "env_file")).map((one) => one.value),
    ...textsOf(at(value, "volumes")).flatMap((one) => /^(\.[^:]*):/.exec(one.value)?.[1] ?? []),
  ]);
  const there = (folder: string, names: readonly string[]): number =>
    names.filter((name) => {
      const target = resolvePath(folder, name);
      return target !== undefined && reader.exists(target);
    }).length;
  const all = [...contexts, ...others].filter((name) => !hasAny(name, ["$", ":"]));
  const found = there(own, all);
  if (found === all.length) return own;
  for (let folder = own; folder !== ""; ) {
    folder = folderOf(folder);
    if (there(folder, contexts) >= there(own, contexts) && there(folder, all) > found) return folder;
  }
  return own;
}

function readDotenv(reader: Reader, folder: string): ReadonlyMap<string, string> {
  const path = joined(folder, ".env");
  const text = reader.text(path);
  const values = new Map<string, string>();
  if (text === undefined) return values;
  for (const entry of parseEnvFile(path, text).entries) {
    if (entry.value !== undefined && !entry.dynamic) values.set(entry.name, entry.value);
  }
  return values;
}

function resource(scope: ComposeScope, entry: YamlEntry): ComposeResource {
  const node = entry.value.kind === "map" ? entry.value : undefined;
  const file = trackedAt(node, "file");
  const path = file === undefined ? undefined : pathIn(scope, file.span, file.value);
  const external = at(node, "external");
  return {
    name: entry.key,
    nameSpan: entry.keySpan,
    node,
    external: external?.kind === "map" || textAt(external) === "true",
    internal: textAt(node, "internal") === "true",
    driver: trackedAt(node, "driver"),
    file: file === undefined ? undefined : { value: path ?? file.value, span: file.span },
    environment: trackedAt(node, "environment"),
  };
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
