import type { BakeFile } from "./bake/model.ts";
import type { ComposeProject } from "./compose/model.ts";
import type { Dockerfile } from "./dockerfile/model.ts";
import type { EnvFile } from "./env/model.ts";
import type { IgnoreFile } from "./ignore/model.ts";
import type { InspectedImage } from "./image/model.ts";
import type { KubernetesFile } from "./kubernetes/model.ts";
import type { ReadProblem, SourceFile } from "./source.ts";

/** All that rules read: what a project's files say, with every value in its place. Readonly, no effects behind it. */
export interface ProjectFacts {
  /** Every path of the project that was listed, sorted; also of files that nobody read. `.git/` for folders not entered. */
  readonly paths: readonly string[];
  /** Text of every file that was read, by path. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  readonly dockerfiles: readonly Dockerfile[];
  readonly composeProjects: readonly ComposeProject[];
  readonly bakeFiles: readonly BakeFile[];
  readonly ignoreFiles: readonly IgnoreFile[];
  readonly envFiles: readonly EnvFile[];
  readonly kubernetesFiles: readonly KubernetesFile[];
  /** Filled in by the image audit only. */
  readonly images: readonly InspectedImage[];
  /** All that could not be read, of all files. */
  readonly problems: readonly ReadProblem[];
  /** Things passed over, for the summary: `big.yaml is 120 MB`. */
  readonly notes: readonly string[];
  /** Names that Compose files define which are not among these facts: of a large project a part is read at a time. */
  readonly definedElsewhere: NamesByKind;
  /** Reads one more file of the project (tests, settings), bounded in size; `undefined` when it is not there. */
  readonly readText: (path: string) => string | undefined;
  /** Whether a file of the project may be run as a program; `undefined` when nobody knows. */
  readonly isExecutable: (path: string) => boolean | undefined;
}

/** Names by what they name in a Compose file. */
export type NamesByKind = Readonly<
  Record<"services" | "networks" | "volumes" | "secrets" | "configs", ReadonlySet<string>>
>;

/** Where files come from: a folder on disk, or a map in memory. The only thing the readers know of the world. */
export interface ProjectFiles {
  /**
   * Paths relative to the project's folder with forward slashes, sorted. Folders that are not entered (`.git`,
   * `node_modules`) stand in it with a slash at their end.
   */
  list(): readonly string[];
  /** Text of a file; `undefined` when it is missing, binary, too large, or outside of the tree. */
  read(path: string): string | undefined;
  /** Whether a file may be run as a program; `undefined` where files have no such right, and in memory. */
  executable?(path: string): boolean | undefined;
  /** What `list` and `read` passed over so far, one sentence each. */
  notes(): readonly string[];
}
