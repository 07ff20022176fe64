import type { SourceFile, Span } from "../source.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./model.ts";

/** Where the reader stands: at the first character of a line that says something, or at the end. */
export interface Cursor {
  readonly source: SourceFile;
  line: number;
  start: number;
  /** Blanks before `start`; -1 at the end. */
  indent: number;
  /** Where the value ends that was read last. */
  end: number;
  /** Values that were read, aliases written out. */
  values: number;
  readonly anchors: Map<string, { readonly node: YamlNode; readonly values: number }>;
}

/** Levels inside of each other; beyond that the library says what is wrong. */
export const deepest = 100;
/** What begins something else than plain text. */
const indicators = "&*!|>%@`#?,[]{}:\"'";

/** Whether plain text begins at `start`. */
export function startsText(text: string, start: number): boolean {
  const first = text[start] as string;
  if (indicators.includes(first)) return false;
  return first !== "-" || (text[start + 1] ?? " ").trim() !== "";
}

/** The first place that holds no blank. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " ") at++;
  return at;
}

const anchorName = /[\w-]+(?=[ ,\]}\n]|$)/y;

/** Name of the anchor or alias at `start`. */
export function nameAt(text: string, start: number): string | undefined {
  return matchAt(anchorName, text, start);
}

function matchAt(sticky: RegExp, text: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}

function readAlias(cursor: Cursor, start: number): YamlNode | undefined {
  const name = nameAt(cursor.source.text, start + 1);
  const target = name === undefined ? undefined : cursor.anchors.get(name);
  if (name === undefined || target === undefined) return undefined;
  cursor.values += target.values;
  cursor.end = start + 1 + name.length;
  return target.node;
}

/** A value that begins and ends on the line of the cursor. */
export function readInline(cursor: Cursor, start: number, end: number): YamlNode | undefined {
  const { source, line } = cursor;
  const { text } = source;
  const first = text[start];
  if (startsText(text, start)) {
    const rest = text.slice(start, end);
    const comment = rest.indexOf(" #");
    let last = comment === -1 ? end : start + comment;
    while (text[last - 1] === " ") last--;
    cursor.end = last;
    const written = text.slice(start, last);
    if (written.endsWith(":") || written.includes(": ")) return undefined;
    return plainScalar(written, spanAt(source, line, start, last));
  }
  const value =
    first === "[" || first === "{" ? readFlow(cursor, start, end, 0) : readMarked(cursor, start, end);
  return value !== undefined && endsAt(text, cursor.end, end) ? value : undefined;
}

/** What is told by its first character: text in quotes, an alias. */
function readMarked(cursor: Cursor, start: number, end: number): YamlNode | undefined {
  const first = cursor.source.text[start];
  if (first === '"' || first === "'") return readQuoted(cursor, start, end);
  return first === "*" ? readAlias(cursor, start) : undefined;
}

/** Whether nothing but blanks and a comment stands between two places. */
function endsAt(text: string, from: number, end: number): boolean {
  const at = skipBlanks(text, from);
  return at >= end || (text[at] === "#" && at > from);
}

function readQuoted(cursor: Cursor, start: number, end: number): YamlScalar | undefined {
  const { source, line } = cursor;
  const { text } = source;
  const mark = text[start] as string;
  let close = text.indexOf(mark, start + 1);
  if (mark === "'") while (text[close + 1] === "'") close = text.indexOf("'", close + 2);
  else while (close !== -1 && escaped(text, close)) close = text.indexOf(mark, close + 1);
  if (close === -1 || close >= end) return undefined;
  const inner = text.slice(start + 1, close);
  const value = mark === "'" ? inner.replaceAll("''", "'") : unescaped(inner);
  if (value === undefined) return undefined;
  cursor.end = close + 1;
  return scalar(value, value, value, true, spanAt(source, line, start, close + 1));
}

function escaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

/** Escapes that JSON knows, too, mean the same there. */
function unescaped(inner: string): string | undefined {
  if (!inner.includes("\\")) return inner;
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch {
    return undefined;
  }
}

/** `["CMD", "curl"]` or `{ driver: local }`, on one line. */
function readFlow(cursor: Cursor, start: number, end: number, depth: number): YamlNode | undefined {
  const { source, line } = cursor;
  const { text } = source;
  const inMap = text[start] === "{";
  const close = inMap ? "}" : "]";
  const entries: YamlEntry[] = [];
  const items: YamlNode[] = [];
  const seen = new Set<string>();
  let at = skipBlanks(text, start + 1);
  while (text[at] !== close || items.length > 0) {
    const key = inMap ? matchAt(flowKey, text, at) : "";
    if (key === undefined || seen.has(key)) return undefined;
    if (inMap) seen.add(key);
    const from = inMap ? skipBlanks(text, at + key.length + 1) : at;
    const item = readFlowItem(cursor, from, end, depth);
    if (item === undefined) return undefined;
    items.push(item);
    if (inMap) entries.push({ key, keySpan: spanAt(source, line, at, at + key.length), value: item });
    at = skipBlanks(text, cursor.end);
    if (text[at] === close) break;
    if (text[at] !== ",") return undefined;
    at = skipBlanks(text, at + 1);
  }
  cursor.values += items.length;
  cursor.end = at + 1;
  const span = spanAt(source, line, start, at + 1);
  return inMap ? { kind: "map", entries, span } : { kind: "list", items, span };
}

const flowKey = /[\w./-]+(?=: )/y;
const flowText =
  /(?:[\w./$+=]|-(?=[\w./-]))(?:[\w./$+=@-]|:(?=[\w./$+=@-]))*(?: +(?:[\w./$+=@-]|:(?=[\w./$+=@-]))+)*(?= *[,\]}])/y;

function readFlowItem(cursor: Cursor, start: number, end: number, depth: number): YamlNode | undefined {
  const { source, line } = cursor;
  const first = source.text[start];
  if (first === "[" || first === "{")
    return depth < deepest ? readFlow(cursor, start, end, depth + 1) : undefined;
  const written = matchAt(flowText, source.text, start);
  if (written === undefined) return readMarked(cursor, start, end);
  cursor.end = start + written.length;
  return plainScalar(written, spanAt(source, line, start, start + written.length));
}

const words: Readonly<Record<string, null | boolean>> = {
  "~": null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

const ofNumbers = "+-.0123456789";

function plainScalar(written: string, span: Span): YamlScalar | undefined {
  if (Object.hasOwn(words, written)) {
    const value = words[written] as null | boolean;
    return scalar(value, value === null ? "" : written, written, false, span);
  }
  const text = scalar(written, written, written, false, span);
  if (!ofNumbers.includes(written[0] as string)) return text;
  const other = [...written].find((character) => !ofNumbers.includes(character));
  if (other === undefined) {
    const number = Number(written);
    return Number.isNaN(number) ? text : scalar(number, written, written, false, span);
  }
  // The other ways to write a number are for the library: `1e3`, `0x1f`, `.inf`.
  const mayBeNumber = "eoxin".includes(other.toLowerCase());
  return mayBeNumber && /^[-+]?(?:[\d.]+e|0[ox]|\.inf|\.nan)/i.test(written) ? undefined : text;
}

/** A value that is no mapping and no list. */
export function scalar(
  value: YamlScalar["value"],
  text: string,
  raw: string,
  quoted: boolean,
  span: Span,
): YamlScalar {
  return { kind: "scalar", value, text, raw, quoted, variables: [], span };
}

/** A stretch that begins on a line whose number is known. */
export function spanAt({ path, lineStarts }: SourceFile, line: number, start: number, end: number): Span {
  return { file: path, start, end, line: line + 1, column: start - (lineStarts[line] as number) + 1 };
}

/** Where the text of a line ends, with the blanks behind it. */
export function lineEnd({ text, lineStarts }: SourceFile, line: number): number {
  const next = lineStarts[line + 1];
  return next === undefined ? text.length : next - 1;
}
