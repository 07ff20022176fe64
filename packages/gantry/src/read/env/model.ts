import type { Comment, ReadProblem, SourceFile, Span } from "../source.ts";

/** An env file, in the dialect of Compose. */
export interface EnvFile {
  readonly path: string;
  readonly source: SourceFile;
  readonly entries: readonly EnvFileEntry[];
  readonly comments: readonly Comment[];
  readonly problems: readonly ReadProblem[];
}

/** `NAME=value`. */
export interface EnvFileEntry {
  readonly name: string;
  /** Without quotes, variables filled in as far as the file tells; `undefined` for a name alone. */
  readonly value: string | undefined;
  readonly raw: string;
  /** Whether a variable that the file does not set takes part. */
  readonly dynamic: boolean;
  readonly span: Span;
  readonly valueSpan: Span;
}
