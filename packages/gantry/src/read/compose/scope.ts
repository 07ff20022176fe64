import { resolvePath } from "../paths.ts";
import type { Reader } from "../reader.ts";
import type { Span } from "../source.ts";

/** What is known while a project is read. */
export interface ComposeScope {
  readonly reader: Reader;
  /** Folder that relative paths of a file count from: the project's, or that of an included or extended file. */
  readonly folders: ReadonlyMap<string, string>;
  /** Variables from `.env`. */
  readonly lookup: (name: string) => string | undefined;
}

/** A path that stands at `span`, relative to the project's folder on disk; `undefined` when it leads outside. */
export function pathIn(scope: ComposeScope, span: Span, path: string): string | undefined {
  return resolvePath(scope.folders.get(span.file) ?? "", path);
}
