import type { SourceFile, Span } from "../source.ts";
import { withMerged } from "./merge.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./model.ts";
import {
  type Cursor,
  deepest,
  lineEnd,
  nameAt,
  readInline,
  scalar,
  skipBlanks,
  spanAt,
  startsText,
} from "./plain-values.ts";

/** Letters of a key: YAML ends them at 1024. */
const longestKey = 1000;
/** Letters of a line: in much longer ones the library finds no end, and says so. */
const longestLine = 5000;
/** Values with aliases written out; more may be a bomb, on which the library reports. */
const mostValues = 50_000;

/**
 * Reads YAML as nearly all of it is written: block mappings and lists, values on one line, comments, anchors, simple
 * blocks of lines. `undefined` for all else (tags, texts that go on, mistakes), which is for the library: that takes
 * several times as long.
 */
export function plainDocuments(source: SourceFile): readonly YamlNode[] | undefined {
  if (["\t", "\r", "\uFEFF", "\uE000"].some((one) => source.text.includes(one))) return undefined;
  if (hasLongLine(source)) return undefined;
  const cursor: Cursor = { source, line: -1, start: 0, indent: -1, end: 0, values: 0, anchors: new Map() };
  const documents: YamlNode[] = [];
  advance(cursor);
  while (cursor.indent >= 0) {
    if (isMark(cursor)) advance(cursor);
    cursor.anchors.clear();
    const document = isMark(cursor) || cursor.indent < 0 ? undefined : readBlock(cursor, 0);
    if (document === undefined || (cursor.indent >= 0 && !isMark(cursor))) return undefined;
    documents.push(document);
  }
  return cursor.indent < 0 && documents.length > 0 ? documents : undefined;
}

function hasLongLine({ text, lineStarts }: SourceFile): boolean {
  return lineStarts.some((start, line) => (lineStarts[line + 1] ?? text.length) - start > longestLine);
}

/** Whether a new document begins on this line. */
function isMark({ source, start, indent, line }: Cursor): boolean {
  return indent === 0 && source.text.startsWith("---", start) && start + 3 === lineEnd(source, line);
}

function advance(cursor: Cursor): void {
  const { text, lineStarts } = cursor.source;
  for (let line = cursor.line + 1; line < lineStarts.length; line++) {
    const begin = lineStarts[line] as number;
    let start = begin;
    while (text[start] === " ") start++;
    const first = text[start];
    if (first === undefined || first === "\n" || first === "#") continue;
    cursor.line = line;
    cursor.start = start;
    cursor.indent = start - begin;
    return;
  }
  cursor.line = lineStarts.length;
  cursor.indent = -1;
}

function readBlock(cursor: Cursor, depth: number): YamlNode | undefined {
  if (depth > deepest) return undefined;
  return startsItem(cursor) ? readList(cursor, depth) : readMap(cursor, depth);
}

function startsItem({ source: { text }, start }: Cursor): boolean {
  if (text[start] !== "-") return false;
  const next = text[start + 1];
  return next === undefined || next === " " || next === "\n";
}

function readMap(cursor: Cursor, depth: number): YamlNode | undefined {
  const { source, line, start, indent } = cursor;
  const { text } = source;
  const entries: YamlEntry[] = [];
  const merges: YamlNode[] = [];
  const seen = new Set<string>();
  do {
    const begin = cursor.start;
    const colon = keyEnd(source, begin, lineEnd(source, cursor.line));
    if (colon === undefined) return undefined;
    const key = text.slice(begin, colon);
    if (key !== "<<" && seen.has(key)) return undefined;
    seen.add(key);
    const keySpan = spanAt(source, cursor.line, begin, colon);
    const value = readValue(cursor, colon + 1, indent, depth, true);
    if (value === undefined) return undefined;
    if (key === "<<") merges.push(value);
    else entries.push({ key, keySpan, value });
  } while (cursor.indent === indent && !startsItem(cursor) && !isMark(cursor));
  if (cursor.indent > indent) return undefined;
  return { kind: "map", entries: withMerged(entries, merges), span: blockSpan(cursor, line, start) };
}

function readList(cursor: Cursor, depth: number): YamlNode | undefined {
  const { line, start, indent } = cursor;
  const items: YamlNode[] = [];
  do {
    const item = readValue(cursor, cursor.start + 1, indent, depth, false);
    if (item === undefined) return undefined;
    items.push(item);
  } while (cursor.indent === indent && startsItem(cursor));
  if (cursor.indent > indent) return undefined;
  return { kind: "list", items, span: blockSpan(cursor, line, start) };
}

/** A block ends where its last value ends, without blanks. */
function blockSpan({ source, end }: Cursor, line: number, start: number): Span {
  let last = end;
  while (source.text[last - 1] === " ") last--;
  return spanAt(source, line, start, last);
}

/** What stands behind a colon or a dash, and moves on to the line after it. */
function readValue(
  cursor: Cursor,
  from: number,
  indent: number,
  depth: number,
  inMap: boolean,
): YamlNode | undefined {
  const { source, line } = cursor;
  const { text } = source;
  const end = lineEnd(source, line);
  const before = cursor.values++;
  if (before > mostValues) return undefined;
  let start = skipBlanks(text, from);
  let anchor: string | undefined;
  if (text[start] === "&") {
    anchor = nameAt(text, start + 1);
    if (anchor === undefined) return undefined;
    start = skipBlanks(text, start + 1 + anchor.length);
  }
  const value = valueAt(cursor, { from, start, end }, indent, depth, inMap, anchor !== undefined);
  if (anchor !== undefined && value !== undefined)
    cursor.anchors.set(anchor, { node: value, values: cursor.values - before });
  return value;
}

function valueAt(
  cursor: Cursor,
  { from, start, end }: { readonly from: number; readonly start: number; readonly end: number },
  indent: number,
  depth: number,
  inMap: boolean,
  anchored: boolean,
): YamlNode | undefined {
  const { source, line } = cursor;
  const { text } = source;
  if (start >= end || (text[start] === "#" && start > from)) {
    const nothing = scalar(null, "", "", false, spanAt(source, line, start, start));
    cursor.end = start;
    advance(cursor);
    const below = cursor.indent > indent || (inMap && cursor.indent === indent && startsItem(cursor));
    if (below) return readBlock(cursor, depth + 1);
    return anchored ? undefined : nothing;
  }
  if (!inMap && !anchored && keyEnd(source, start, end) !== undefined) {
    cursor.indent += start - cursor.start;
    cursor.start = start;
    return depth < deepest ? readMap(cursor, depth + 1) : undefined;
  }
  if (text[start] === "|" || text[start] === ">") return readLines(cursor, start, end, indent);
  const value = anchored && text[start] === "*" ? undefined : readInline(cursor, start, end);
  advance(cursor);
  // Deeper lines would go on with the text.
  return cursor.indent > indent ? undefined : value;
}

/** Offset of the colon that ends the key at `start`; `undefined` when there is none that this reader knows. */
function keyEnd({ text }: SourceFile, start: number, end: number): number | undefined {
  if (!startsText(text, start)) return undefined;
  // No further than the line, or a long file would be searched for each of its lines.
  const line = text.slice(start, Math.min(end, start + longestKey));
  const spaced = line.indexOf(": ");
  const colon = spaced === -1 && start + line.length === end && line.endsWith(":") ? line.length - 1 : spaced;
  if (colon === -1 || line[colon - 1] === " ") return undefined;
  const comment = line.indexOf(" #");
  const marks = line.startsWith("---") || line.startsWith("...");
  return marks || (comment !== -1 && comment < colon) ? undefined : start + colon;
}

const blockHeader = /[|>]-? *(?: #.*)?$/y;

/** The lines below a `|` or `>`, where all of them begin at one column and none between them is empty. */
function readLines(cursor: Cursor, start: number, end: number, outer: number): YamlScalar | undefined {
  const { source, line: first } = cursor;
  const { text, lineStarts } = source;
  const header = text.slice(start, end);
  blockHeader.lastIndex = 0;
  if (!blockHeader.test(header)) return undefined;
  const lines: string[] = [];
  let inner = -1;
  let last = end;
  let empty = false;
  let line = first + 1;
  for (; line < lineStarts.length; line++) {
    const begin = lineStarts[line] as number;
    const stop = lineEnd(source, line);
    let at = begin;
    while (text[at] === " ") at++;
    const indent = at - begin;
    if (at >= stop) {
      if (indent > inner) return undefined;
      empty = true;
      continue;
    }
    if (indent <= outer) break;
    if (inner === -1) inner = indent;
    if (empty || indent !== inner || text[stop - 1] === " ") return undefined;
    lines.push(text.slice(at, stop));
    last = stop;
  }
  if (inner === -1) return undefined;
  cursor.line = line - 1;
  cursor.end = last;
  advance(cursor);
  const body = lines.join(header[0] === ">" ? " " : "\n");
  const value = header[1] === "-" ? body : `${body}\n`;
  return scalar(value, value, value, true, spanAt(source, first, start, last));
}
