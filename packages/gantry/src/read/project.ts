import { compareText } from "../base/errors.ts";
import type { BakeFile } from "./bake/model.ts";
import { readBakeFile, readBakeOverride } from "./bake/read.ts";
import { looksLikeCompose, readComposeProjects } from "./compose/projects.ts";
import type { Dockerfile } from "./dockerfile/model.ts";
import { knownKeywords } from "./dockerfile/parse.ts";
import type { NamesByKind, ProjectFacts, ProjectFiles } from "./facts.ts";
import { kustomizePatches } from "./kubernetes/kustomize.ts";
import { kubernetesFile, looksLikeKubernetes } from "./kubernetes/parse.ts";
import type { ProjectPart } from "./parts.ts";
import { type FileKind, fileKindOf, fileNameOf, folderOf } from "./paths.ts";
import { type Reader, readerOf } from "./reader.ts";
import type { ReadProblem, SourceFile } from "./source.ts";

const nothingElse: NamesByKind = {
  services: new Set(),
  networks: new Set(),
  volumes: new Set(),
  secrets: new Set(),
  configs: new Set(),
};

/**
 * Reads all that a project, or a part of it, says about containers. Never throws: a file that cannot be read costs only
 * itself.
 */
export function readProject(files: ProjectFiles, part?: ProjectPart): ProjectFacts {
  const paths = files.list();
  const reader = readerOf(files);
  const byKind = new Map<FileKind, string[]>();
  for (const path of part?.paths ?? paths) {
    const kind = fileKindOf(path);
    if (kind === undefined) continue;
    const list = byKind.get(kind);
    if (list === undefined) byKind.set(kind, [path]);
    else list.push(path);
  }
  const yaml = (byKind.get("yaml") ?? []).map((path) => ({ path, text: reader.text(path) ?? "" }));
  const stacks = yaml.filter(({ text }) => looksLikeCompose(text)).map(({ path }) => path);
  const composeProjects = readComposeProjects(
    reader,
    [...(byKind.get("compose") ?? []), ...stacks].sort(compareText),
  );
  const patches = kustomizePatches(reader, byKind.get("yaml") ?? []);
  const kubernetesFiles = yaml.flatMap(({ path, text }) => {
    if (!looksLikeKubernetes(text) || patches.has(path)) return [];
    if (isTestData(path)) {
      reader.passOver(`${path} is data of tests and was passed over`);
      return [];
    }
    const file = reader.yaml(path);
    return file === undefined ? [] : (kubernetesFile(file) ?? []);
  });
  const bakeFiles = readBakeFiles(reader, byKind.get("bake") ?? []);
  for (const path of byKind.get("dockerfile") ?? []) reader.dockerfile(path);
  for (const path of byKind.get("ignore") ?? []) reader.ignoreFile(path);
  for (const path of byKind.get("env") ?? []) reader.envFile(path);
  const named = present(reader.dockerfiles);
  const dockerfiles = named.filter(isDockerfile);
  const ignoreFiles = present(reader.ignoreFiles);
  const envFiles = present(reader.envFiles);
  const sources = new Map<string, SourceFile>();
  const problems: ReadProblem[] = [];
  const read = [
    ...dockerfiles,
    ...ignoreFiles,
    ...envFiles,
    ...kubernetesFiles,
    ...bakeFiles,
    ...composeProjects.flatMap((project) => project.sources),
  ];
  for (const file of read) {
    if (sources.has(file.path)) continue;
    sources.set(file.path, file.source);
    problems.push(...file.problems.slice(0, mostProblems));
  }
  problems.push(...composeProjects.flatMap((project) => project.problems), ...reader.failures);
  return {
    paths,
    sources,
    dockerfiles,
    composeProjects,
    bakeFiles,
    ignoreFiles,
    envFiles,
    kubernetesFiles,
    images: [],
    problems,
    notes: [
      ...files.notes(),
      ...reader.notes,
      ...named
        .filter((one) => !isDockerfile(one))
        .map(({ path }) => `${path} has the name of a Dockerfile, but holds none`),
    ],
    definedElsewhere: part?.definedElsewhere ?? nothingElse,
    readText: (path) => reader.text(path),
    isExecutable: (path) => files.executable?.(path),
  };
}

/** Whether a manifest lies where tests of programs keep what they read: nobody applies it to a cluster. */
function isTestData(path: string): boolean {
  return /(?:^|\/)(?:testdata|fixtures|__fixtures__|src\/test\/resources)\//.test(path);
}

/** Problems of one file that are worth telling: the rest follows from the first ones. */
const mostProblems = 20;

/**
 * Whether it is what its name says; many tools have files called so that hold something else, and some join several
 * (`Dockerfile.settings`), of which one has the FROM.
 */
function isDockerfile(dockerfile: Dockerfile): boolean {
  const keywords = new Set(dockerfile.instructions.map(({ keyword }) => keyword));
  const named = ["dockerfile", "containerfile"].includes(fileNameOf(dockerfile.path).toLowerCase());
  return (named || keywords.has("FROM")) && !keywords.isDisjointFrom(knownKeywords);
}

/** Each Bake file; an override file changes the one beside it. */
function readBakeFiles(reader: Reader, paths: readonly string[]): readonly BakeFile[] {
  const isOverride = (path: string): boolean =>
    ["docker-bake.override.hcl", "docker-bake.override.json"].includes(fileNameOf(path));
  return paths.flatMap((path) => {
    const main = ["docker-bake.hcl", "docker-bake.json"].includes(fileNameOf(path));
    const beside = paths.filter((other) => folderOf(other) === folderOf(path));
    const overridden = isOverride(path) && beside.some((other) => !isOverride(other));
    if (overridden) return readBakeOverride(reader, path) ?? [];
    return readBakeFile(reader, path, main ? beside.find(isOverride) : undefined) ?? [];
  });
}

function present<T extends { readonly path: string }>(map: ReadonlyMap<string, T | undefined>): readonly T[] {
  return [...map.values()]
    .filter((one): one is T => one !== undefined)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
