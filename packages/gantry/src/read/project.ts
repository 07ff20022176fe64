import { readComposeProjects } from "./compose/projects.ts";
import type { ProjectFacts, ProjectFiles } from "./facts.ts";
import { type FileKind, fileKindOf } from "./paths.ts";
import { readerOf } from "./reader.ts";
import type { ReadProblem, SourceFile } from "./source.ts";

/** Reads all that a project says about containers. Never throws: a file that cannot be read costs only itself. */
export function readProject(files: ProjectFiles): ProjectFacts {
  const paths = files.list();
  const reader = readerOf(files);
  const byKind = new Map<FileKind, string[]>();
  for (const path of paths) {
    const kind = fileKindOf(path);
    if (kind === undefined) continue;
    const list = byKind.get(kind);
    if (list === undefined) byKind.set(kind, [path]);
    else list.push(path);
  }
  const composeProjects = readComposeProjects(reader, byKind.get("compose") ?? []);
  for (const path of byKind.get("dockerfile") ?? []) reader.dockerfile(path);
  for (const path of byKind.get("ignore") ?? []) reader.ignoreFile(path);
  for (const path of byKind.get("env") ?? []) reader.envFile(path);
  const dockerfiles = present(reader.dockerfiles);
  const ignoreFiles = present(reader.ignoreFiles);
  const envFiles = present(reader.envFiles);
  const sources = new Map<string, SourceFile>();
  const problems: ReadProblem[] = [];
  const read = [
    ...dockerfiles,
    ...ignoreFiles,
    ...envFiles,
    ...composeProjects.flatMap((project) => project.sources),
  ];
  for (const file of read) {
    if (sources.has(file.path)) continue;
    sources.set(file.path, file.source);
    problems.push(...file.problems);
  }
  problems.push(...composeProjects.flatMap((project) => project.problems));
  return {
    paths,
    sources,
    dockerfiles,
    composeProjects,
    bakeFiles: [],
    ignoreFiles,
    envFiles,
    kubernetesFiles: [],
    images: [],
    problems,
    notes: files.notes(),
    readText: (path) => reader.text(path),
  };
}

function present<T extends { readonly path: string }>(map: ReadonlyMap<string, T | undefined>): readonly T[] {
  return [...map.values()]
    .filter((one): one is T => one !== undefined)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
