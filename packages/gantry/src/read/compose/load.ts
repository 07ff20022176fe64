import { folderOf, resolvePath } from "../paths.ts";
import type { Reader } from "../reader.ts";
import type { ReadProblem, Span } from "../source.ts";
import type { YamlEntry, YamlMap, YamlNode } from "../yaml/model.ts";
import { rootMap, type YamlFile } from "../yaml/parse.ts";
import { at, entriesOf, entryOf, itemsOf, textAt, textsOf, without } from "../yaml/questions.ts";
import { canonical, interpolateTree } from "./canonical.ts";
import { mergeModels, mergeServices } from "./merge.ts";

/** Files that one project may pull in; beyond it something is wrong. */
const mostFiles = 200;

/** Steps of `extends` in one project; chains of thousands of services are no project. */
const mostExtends = 1000;

/** The merged model of a project, and how it came about. */
export interface LoadedModel {
  readonly root: YamlMap;
  /** All files that took part, by path. */
  readonly files: ReadonlyMap<string, YamlFile>;
  /** Folder that relative paths of each file count from. */
  readonly folders: ReadonlyMap<string, string>;
  readonly problems: readonly ReadProblem[];
}

interface Loading {
  readonly reader: Reader;
  readonly lookup: (name: string) => string | undefined;
  readonly files: Map<string, YamlFile>;
  readonly models: Map<string, YamlMap | undefined>;
  readonly folders: Map<string, string>;
  readonly problems: ReadProblem[];
  /** Steps of `extends` that are left. */
  readonly budget: { extends: number };
  /** Files whose `include`s are being followed: meeting one again is a cycle. */
  readonly including: string[];
}

/** Loads files as `docker compose --project-directory FOLDER -f A -f B` does: includes, extends, merge, variables. */
export function loadModel(
  reader: Reader,
  paths: readonly string[],
  folder: string,
  lookup: (name: string) => string | undefined,
): LoadedModel {
  const loading: Loading = {
    reader,
    lookup,
    files: new Map(),
    models: new Map(),
    folders: new Map(),
    problems: [],
    budget: { extends: mostExtends },
    including: [],
  };
  let root: YamlMap = emptyMap(paths[0] ?? "");
  for (const path of paths) {
    const model = loadFile(loading, path, folder);
    if (model !== undefined) root = mergeModels(root, model);
  }
  return { root, files: loading.files, folders: loading.folders, problems: loading.problems };
}

/** Reads a file in its long form, without following anything; `undefined` when there is nothing to read in it. */
function readModel(loading: Loading, path: string, folder: string): YamlMap | undefined {
  if (loading.models.has(path)) return loading.models.get(path);
  const file = loading.files.size < mostFiles ? loading.reader.yaml(path) : undefined;
  let model: YamlMap | undefined;
  if (file !== undefined) {
    loading.files.set(path, file);
    loading.folders.set(path, folder);
    const root = rootMap(file);
    if (root !== undefined) {
      const filled = interpolateTree(root, loading.lookup, loading.problems);
      model = canonical(filled.kind === "map" ? filled : root);
    }
  }
  loading.models.set(path, model);
  return model;
}

function loadFile(loading: Loading, path: string, folder: string): YamlMap | undefined {
  const model = readModel(loading, path, folder);
  if (model === undefined) return undefined;
  const services = entryOf(model, "services");
  let own = without(model, "include");
  if (services?.value.kind === "map") {
    const extended = services.value.entries.map((entry) => {
      return { ...entry, value: extend(loading, path, entry, []) };
    });
    const value: YamlMap = { ...services.value, entries: extended };
    own = { ...own, entries: own.entries.map((entry) => (entry === services ? { ...entry, value } : entry)) };
  }
  loading.including.push(path);
  let included: YamlMap | undefined;
  for (const item of itemsOf(at(model, "include"))) {
    for (const other of includedModels(loading, item, folder)) {
      included = included === undefined ? other : mergeModels(included, other);
    }
  }
  loading.including.pop();
  return included === undefined ? own : mergeModels(included, own);
}

function includedModels(loading: Loading, item: YamlNode, folder: string): readonly YamlMap[] {
  const paths = item.kind === "scalar" ? textsOf(item) : textsOf(at(item, "path"));
  const projectFolder = textAt(item, "project_directory");
  const models: YamlMap[] = [];
  let base: string | undefined;
  for (const { value, span } of paths) {
    const path = resolvePath(folder, value);
    if (path === undefined) {
      problem(loading, span, `${value} is outside of this folder and was not read`);
      continue;
    }
    base ??= projectFolder === undefined ? folderOf(path) : resolvePath(folder, projectFolder);
    if (loading.including.includes(path)) {
      problem(loading, span, `${value} includes itself, over ${loading.including.join(", ")}`);
      continue;
    }
    if (loading.reader.text(path) === undefined) {
      if (!isRemote(value)) problem(loading, span, `there is no file ${value} to include`);
      continue;
    }
    const model = loadFile(loading, path, base ?? folderOf(path));
    if (model !== undefined) models.push(model);
  }
  return models;
}

/** A service with what it extends below it. `chain` holds the services on the way, to notice a cycle. */
function extend(loading: Loading, path: string, entry: YamlEntry, chain: readonly string[]): YamlNode {
  const { value: service } = entry;
  const extended = at(service, "extends");
  if (service.kind !== "map" || extended === undefined) return service;
  const own = without(service, "extends");
  const name = textAt(extended) ?? textAt(extended, "service");
  if (name === undefined) return own;
  const file = textAt(extended, "file");
  const folder = loading.folders.get(path) ?? folderOf(path);
  if (file !== undefined && isRemote(file)) return own;
  const otherPath = file === undefined ? path : resolvePath(folder, file);
  if (otherPath === undefined) {
    problem(loading, extended.span, `${file} is outside of this folder and was not read`);
    return own;
  }
  const link = `${path}#${entry.key}`;
  if (--loading.budget.extends < 0) return own;
  if (chain.includes(link) || chain.length > 20) {
    problem(loading, extended.span, `${entry.key} extends itself, over ${chain.join(", ")}`);
    return own;
  }
  const model = readModel(loading, otherPath, folderOf(otherPath));
  const other = entryOf(at(model, "services"), name);
  if (other === undefined) {
    const where = file === undefined ? "" : ` in ${file}`;
    problem(loading, extended.span, `${entry.key} extends ${name}, which is not there${where}`);
    return own;
  }
  const base = extend(loading, otherPath, other, [...chain, link]);
  return base.kind === "map" ? mergeServices(base, own) : own;
}

function problem(loading: Loading, span: Span, message: string): void {
  loading.problems.push({ span, message });
}

function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:|^git@/.test(path);
}

function emptyMap(file: string): YamlMap {
  return { kind: "map", entries: [], span: { file, start: 0, end: 0, line: 1, column: 1 } };
}

/** Paths that a file pulls in by `include` or `extends`; those are parts, not projects of their own. */
export function pulledIn(file: YamlFile): readonly string[] {
  const root = rootMap(file);
  const folder = folderOf(file.path);
  const included = itemsOf(at(root, "include")).flatMap((item) =>
    item.kind === "scalar" ? textsOf(item) : textsOf(at(item, "path")),
  );
  const extended = entriesOf(at(root, "services")).flatMap((entry) => {
    return textsOf(at(entry.value, "extends", "file"));
  });
  return [...included, ...extended].flatMap(({ value }) => resolvePath(folder, value) ?? []);
}
