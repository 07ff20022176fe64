import type { Dockerfile, Stage } from "../dockerfile/model.ts";
import type { SourceFile } from "../source.ts";

/** An image that was read layer by layer, for the image audit. Only `gantry check --image` fills it in. */
export interface InspectedImage {
  /** As the user named it; findings use it as their file. */
  readonly reference: string;
  readonly config: InspectedConfig;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Oldest first; each names the history entry that made it. */
  readonly layers: readonly InspectedLayer[];
  /** Sum of the layers, bytes unpacked. */
  readonly size: number;
  /** Its history as text, one line an entry, so that findings have a place: see `historySpan`. */
  readonly source: SourceFile;
  /** What it should have been built from, when the caller knows. */
  readonly declared: { readonly dockerfile: Dockerfile; readonly stage: Stage } | undefined;
  /** Bytes that it may have, when the caller sets a limit. */
  readonly budget: number | undefined;
}

/** Settings of the image. */
export interface InspectedConfig {
  readonly user: string;
  readonly workdir: string;
  readonly env: ReadonlyMap<string, string>;
  readonly cmd: readonly string[];
  readonly entrypoint: readonly string[];
  /** `8080/tcp`. */
  readonly exposed: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  /** `["CMD", ...]`, `["CMD-SHELL", ...]`, `["NONE"]`; `undefined` when it has none. */
  readonly healthcheck: readonly string[] | undefined;
  readonly stopSignal: string | undefined;
}

/** One line of `docker history`. */
export interface HistoryEntry {
  readonly createdBy: string;
  readonly empty: boolean;
}

/** One layer. */
export interface InspectedLayer {
  readonly digest: string;
  /** Index in `history`; -1 when the counts do not agree. */
  readonly history: number;
  /** Bytes of its files, unpacked. */
  readonly size: number;
  readonly files: readonly InspectedFile[];
}

/** A file of a layer. */
export interface InspectedFile {
  /** Absolute, without the `.wh.` of a whiteout. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "hardlink" | "whiteout" | "opaque" | "other";
  readonly size: number;
  /** Permission bits with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkTarget: string | undefined;
  /** CRC-32 of the content of a `file`; tells a changed file from one that only got another owner or mode. */
  readonly checksum: number | undefined;
  /** Content of the files that the reader was asked to keep; `undefined` for all others. */
  readonly text: string | undefined;
}
