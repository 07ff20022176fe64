/** A stretch of a file. Offsets are UTF-16 units into the file's text as read; line and column are 1-based. */
export interface Span {
  readonly file: string;
  readonly start: number;
  /** First offset after the stretch. */
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** A value and where it was written. */
export interface Tracked<T> {
  readonly value: T;
  readonly span: Span;
}

/** Text of one file that was read, with the table that turns offsets into lines. */
export interface SourceFile {
  /** Relative to the project's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** Something that could not be read; it costs only itself. */
export interface ReadProblem {
  readonly span: Span;
  /** One sentence. */
  readonly message: string;
}

/** A comment: its text without `#` and the blanks around it. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
  /** Whether something else stands before it on its line. */
  readonly trailing: boolean;
}

/** Wraps a text so that offsets in it can be named as lines and columns. */
export function sourceFile(path: string, text: string): SourceFile {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return { path, text, lineStarts };
}

/** Zero-based number of the line that holds `offset`. */
function lineIndex(source: SourceFile, offset: number): number {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The stretch from `start` to before `end`. */
export function spanOf(source: SourceFile, start: number, end: number): Span {
  const line = lineIndex(source, start);
  return {
    file: source.path,
    start,
    end,
    line: line + 1,
    column: start - (source.lineStarts[line] as number) + 1,
  };
}

/** The very beginning of a file, for findings about the file as a whole. */
export function startOf(file: string): Span {
  return { file, start: 0, end: 0, line: 1, column: 1 };
}

/** Text of a 1-based line, without its end. */
export function lineText(source: SourceFile, line: number): string {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return "";
  const next = source.lineStarts[line];
  if (next === undefined) return source.text.slice(start);
  return source.text.slice(start, source.text[next - 2] === "\r" ? next - 2 : next - 1);
}

/** The whole lines that a stretch touches, with the end of the last one: what to remove to remove them. */
export function wholeLines(source: SourceFile, span: Span): Span {
  const start = source.lineStarts[lineIndex(source, span.start)] as number;
  const last = lineIndex(source, Math.max(span.start, span.end - 1));
  return spanOf(source, start, source.lineStarts[last + 1] ?? source.text.length);
}
