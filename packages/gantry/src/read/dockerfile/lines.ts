import { leadingBlanks } from "../../base/text.ts";
import { type Comment, type SourceFile, spanOf } from "../source.ts";
import type { Directive, TextSegment } from "./model.ts";

/** An instruction's lines joined over their continuations, with the way back from the joined text to the file. */
export interface LogicalLine {
  readonly text: string;
  readonly segments: readonly TextSegment[];
  /** Offset of the first character and after the last one, line end excluded. */
  readonly start: number;
  readonly end: number;
  /** Index of the physical line after it. */
  readonly next: number;
  readonly innerComments: readonly Comment[];
  /** Whether an empty line stood between continuation lines. */
  readonly emptyContinuation: boolean;
}

/** Offset in the file of an offset in the joined text. */
export function sourceOffset(segments: readonly TextSegment[], offset: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle] as TextSegment).text <= offset) low = middle;
    else high = middle - 1;
  }
  const found = segments[low];
  return found === undefined ? offset : found.source + (offset - found.text);
}

/** A physical line without its end; `from` and `to` are offsets in the file. */
export interface PhysicalLine {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The line with this index; a byte-order mark is no part of the first. */
export function physicalLine(source: SourceFile, index: number): PhysicalLine | undefined {
  const begin = source.lineStarts[index];
  if (begin === undefined) return undefined;
  const from = index === 0 && source.text.charCodeAt(0) === 0xfeff ? 1 : begin;
  let to = source.lineStarts[index + 1] ?? source.text.length;
  while (to > from && (source.text[to - 1] === "\n" || source.text[to - 1] === "\r")) to--;
  return { from, to, text: source.text.slice(from, to) };
}

/** Whether a line is a comment, and if so, its place. */
export function commentOf(source: SourceFile, line: PhysicalLine): Comment | undefined {
  const blanks = leadingBlanks(line.text);
  if (line.text[blanks] !== "#") return undefined;
  return {
    text: line.text.slice(blanks + 1).trim(),
    span: spanOf(source, line.from + blanks, line.to),
    trailing: false,
  };
}

const knownDirectives = new Set(["syntax", "escape", "check"]);

/** Parser directives: comments of a known form at the very top; the first line that is none ends them. */
export function readDirectives(source: SourceFile): {
  readonly directives: readonly Directive[];
  readonly next: number;
} {
  const directives: Directive[] = [];
  let index = 0;
  for (; ; index++) {
    const line = physicalLine(source, index);
    if (line === undefined) break;
    if (index === 0 && line.text.startsWith("#!")) continue;
    if (!line.text.startsWith("#") || !line.text.includes("=")) break;
    const match = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line.text);
    const name = match?.[1]?.toLowerCase();
    if (name === undefined || !knownDirectives.has(name)) break;
    directives.push({ name, value: match?.[2] as string, span: spanOf(source, line.from, line.to) });
  }
  return { directives, next: index };
}

/** Joins the instruction that begins on line `index`, which is neither blank nor a comment. */
export function joinLines(source: SourceFile, index: number, escaper: "\\" | "`"): LogicalLine {
  const segments: TextSegment[] = [];
  const innerComments: Comment[] = [];
  let text = "";
  let start = -1;
  let end = -1;
  let next = index;
  let emptyContinuation = false;
  for (let open = true; open; next++) {
    const line = physicalLine(source, next);
    if (line === undefined) break;
    const blanks = start === -1 ? leadingBlanks(line.text) : 0;
    if (start === -1) start = line.from + blanks;
    else {
      const comment = commentOf(source, line);
      if (comment !== undefined) {
        innerComments.push(comment);
        continue;
      }
      if (line.text.trim() === "") {
        // The last line of a file always exists and may be empty: that one ends the instruction quietly.
        if (line.to < source.text.length) emptyContinuation = true;
        continue;
      }
    }
    const cut = continuationAt(line.text, escaper);
    open = cut !== undefined;
    const part = line.text.slice(blanks, cut);
    segments.push({ text: text.length, source: line.from + blanks });
    text += part;
    end = line.to;
  }
  const trimmed = text.trimEnd();
  return { text: trimmed, segments, start, end, next, innerComments, emptyContinuation };
}

/** Where the escape character stands that joins this line with the next; two in a row join nothing. */
function continuationAt(text: string, escaper: string): number | undefined {
  let at = text.length;
  while (at > 0 && (text[at - 1] === " " || text[at - 1] === "\t")) at--;
  if (at === 0 || text[at - 1] !== escaper) return undefined;
  return at >= 2 && text[at - 2] === escaper ? undefined : at - 1;
}
