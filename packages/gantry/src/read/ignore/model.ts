import type { ReadProblem, SourceFile, Span } from "../source.ts";

/** A `.dockerignore` file; ask it with `isIgnored`. */
export interface IgnoreFile {
  readonly path: string;
  readonly source: SourceFile;
  readonly patterns: readonly IgnorePattern[];
  readonly problems: readonly ReadProblem[];
}

/** One line of it. */
export interface IgnorePattern {
  /** Cleaned as Docker does it: no leading slash, no trailing slash, no `./`, no `!`. */
  readonly pattern: string;
  /** `!`: takes files back in. */
  readonly negated: boolean;
  readonly expression: RegExp;
  readonly span: Span;
}
