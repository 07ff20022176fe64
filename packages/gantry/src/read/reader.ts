import { describeUnknown } from "../base/errors.ts";
import type { BuildLink } from "./build-link.ts";
import type { Dockerfile, Stage } from "./dockerfile/model.ts";
import { parseDockerfile } from "./dockerfile/parse.ts";
import { finalStage, findStage } from "./dockerfile/questions.ts";
import { type BuildArguments, withArguments } from "./dockerfile/stages.ts";
import type { EnvFile } from "./env/model.ts";
import { parseEnvFile } from "./env/parse.ts";
import type { ProjectFiles } from "./facts.ts";
import type { IgnoreFile } from "./ignore/model.ts";
import { parseIgnoreFile } from "./ignore/parse.ts";
import { isThere, resolvePath } from "./paths.ts";
import { type ReadProblem, startOf } from "./source.ts";
import { isTemplate } from "./template.ts";
import { parseYaml, type YamlFile } from "./yaml/parse.ts";

/** Reads each file of a project once, however many others point to it. */
export interface Reader {
  text(path: string): string | undefined;
  dockerfile(path: string): Dockerfile | undefined;
  ignoreFile(path: string): IgnoreFile | undefined;
  envFile(path: string): EnvFile | undefined;
  yaml(path: string): YamlFile | undefined;
  /** Notes that a file was not read although it is there: one sentence. */
  passOver(note: string): void;
  /** Whether a file or folder of this path is in the project. */
  exists(path: string): boolean;
  /** What was passed over, one sentence each. */
  readonly notes: ReadonlySet<string>;
  /** Files at which a reader failed: a defect of ours, which costs only the file. */
  readonly failures: readonly ReadProblem[];
  /** All that were read so far. */
  readonly dockerfiles: ReadonlyMap<string, Dockerfile | undefined>;
  readonly ignoreFiles: ReadonlyMap<string, IgnoreFile | undefined>;
  readonly envFiles: ReadonlyMap<string, EnvFile | undefined>;
}

/** Characters of a file that is read; about a second's work. Longer ones were made by machines. */
const longest = 1_000_000;

/** A reader over `files`. */
export function readerOf(files: ProjectFiles): Reader {
  const texts = new Map<string, string | undefined>();
  const dockerfiles = new Map<string, Dockerfile | undefined>();
  const ignoreFiles = new Map<string, IgnoreFile | undefined>();
  const envFiles = new Map<string, EnvFile | undefined>();
  const yamlFiles = new Map<string, YamlFile | undefined>();
  const failures: ReadProblem[] = [];
  const notes = new Set<string>();
  const text = (path: string): string | undefined => remember(texts, path, () => files.read(path));
  const parsed = <T>(
    cache: Map<string, T | undefined>,
    path: string,
    parse: (path: string, content: string) => T,
  ): T | undefined => {
    return remember(cache, path, () => {
      const content = text(path);
      if (content === undefined) return undefined;
      if (content.length > longest) {
        notes.add(`${path} is longer than ${longest} characters and was passed over`);
        return undefined;
      }
      if (isTemplate(path, content)) {
        notes.add(`${path} is a template for another tool and was passed over`);
        return undefined;
      }
      try {
        return parse(path, content);
      } catch (error) {
        failures.push({ span: startOf(path), message: `its reader failed: ${describeUnknown(error)}` });
        return undefined;
      }
    });
  };
  return {
    text,
    dockerfile: (path) => parsed(dockerfiles, path, parseDockerfile),
    ignoreFile: (path) => parsed(ignoreFiles, path, parseIgnoreFile),
    envFile: (path) => parsed(envFiles, path, (name, content) => parseEnvFile(name, content)),
    yaml: (path) => parsed(yamlFiles, path, parseYaml),
    passOver: (note) => void notes.add(note),
    exists: (path) => path === "" || isThere(files.list(), path),
    dockerfiles,
    ignoreFiles,
    envFiles,
    failures,
    notes,
  };
}

/** What a build is described by, wherever it is described. */
export interface BuildSource {
  /** Relative to the project; `undefined` when unknown. */
  readonly context: string | undefined;
  /** Relative to the context; `undefined` for the usual name. */
  readonly dockerfile: string | undefined;
  /** Text of an inline Dockerfile, and the file that holds it. */
  readonly inline: { readonly path: string; readonly text: string } | undefined;
  readonly target: string | undefined;
  /** Arguments that the build gives. */
  readonly args: BuildArguments;
  /** Whether the names above hang on variables of unknown value. */
  readonly dynamic: boolean;
}

/** Finds what a build is made from. */
export function linkBuild(reader: Reader, build: BuildSource): BuildLink {
  const { context } = build;
  const dockerfilePath =
    build.inline !== undefined || context === undefined || build.dynamic
      ? undefined
      : dockerfilePathOf(reader, context, build.dockerfile);
  const dockerfile =
    build.inline !== undefined
      ? parseDockerfile(build.inline.path, build.inline.text)
      : dockerfilePath === undefined
        ? undefined
        : reader.dockerfile(dockerfilePath);
  const stageOf = (file: Dockerfile | undefined): Stage | undefined =>
    file === undefined || build.dynamic
      ? undefined
      : build.target === undefined
        ? finalStage(file)
        : findStage(file, build.target);
  const stage = stageOf(dockerfile);
  const given = dockerfile === undefined ? undefined : withArguments(dockerfile, build.args);
  const built = given === dockerfile ? stage : stageOf(given);
  const own = dockerfilePath === undefined ? undefined : reader.ignoreFile(`${dockerfilePath}.dockerignore`);
  const shared = context === undefined ? undefined : reader.ignoreFile(joined(context, ".dockerignore"));
  return { context, dockerfilePath, dockerfile, stage, built, ignore: own ?? shared };
}

function dockerfilePathOf(reader: Reader, context: string, written: string | undefined): string | undefined {
  if (written !== undefined) return resolvePath(context, written);
  const usual = joined(context, "Dockerfile");
  const other = joined(context, "Containerfile");
  return reader.exists(usual) || !reader.exists(other) ? usual : other;
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function remember<T>(
  cache: Map<string, T | undefined>,
  key: string,
  make: () => T | undefined,
): T | undefined {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}
