import { lineText, type SourceFile } from "../read/source.ts";
import type { Finding } from "./types.ts";

/** Lines of a file around a finding. */
export interface CodeFrame {
  readonly lines: readonly {
    /** 1-based. */
    readonly number: number;
    readonly text: string;
    /** Columns that the finding is about, `end` behind the last; `undefined` for the lines around it. */
    readonly mark: { readonly start: number; readonly end: number } | undefined;
  }[];
}

/** Longest stretch that is shown whole. */
const mostMarked = 4;

/** The lines of a finding with one before and one after; `undefined` when it is about a whole file. */
export function codeFrame(source: SourceFile, { span }: Pick<Finding, "span">): CodeFrame | undefined {
  if (span.start === span.end) return undefined;
  const marked = source.text.slice(span.start, span.end).trimEnd().split("\n").slice(0, mostMarked);
  const last = span.line + marked.length - 1;
  const numbers: number[] = [];
  for (let line = Math.max(1, span.line - 1); line <= last + 1; line++) {
    const outside = line < span.line || line > last;
    if (line > source.lineStarts.length || (outside && lineText(source, line).trim() === "")) continue;
    numbers.push(line);
  }
  return {
    lines: numbers.map((number) => {
      const text = lineText(source, number);
      if (number < span.line || number > last) return { number, text, mark: undefined };
      const start = number === span.line ? span.column - 1 : text.length - text.trimStart().length;
      const end = number === span.line ? start + (marked[0]?.trimEnd().length ?? 0) : text.trimEnd().length;
      return { number, text, mark: { start, end: Math.max(end, start + 1) } };
    }),
  };
}
