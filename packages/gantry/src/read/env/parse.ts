import { leadingBlanks } from "../../base/text.ts";
import { interpolate } from "../compose/interpolate.ts";
import { type Comment, type ReadProblem, type SourceFile, sourceFile, spanOf } from "../source.ts";
import type { EnvFile, EnvFileEntry } from "./model.ts";

/** Reads an env file as Compose does: quotes, escapes, comments after a blank, `export`, values over several lines. */
export function parseEnvFile(
  path: string,
  text: string,
  outside: (name: string) => string | undefined = () => undefined,
): EnvFile {
  const source = sourceFile(path, text);
  const entries: EnvFileEntry[] = [];
  const comments: Comment[] = [];
  const problems: ReadProblem[] = [];
  const values = new Map<string, string>();
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const blanks = leadingBlanks(line);
    if (blanks === line.length) {
      at = end + 1;
      continue;
    }
    const start = at + blanks;
    if (text[start] === "#") {
      comments.push({
        text: line.slice(blanks + 1).trim(),
        span: spanOf(source, start, end),
        trailing: false,
      });
      at = end + 1;
      continue;
    }
    const match = /^(?:export\s+)?([^\s=:#]+)[ \t]*(?:([=:])[ \t]*|$)/.exec(text.slice(start, end));
    if (match === null || !isName(match[1] as string)) {
      problems.push({ span: spanOf(source, start, end), message: "this is no NAME=value" });
      at = end + 1;
      continue;
    }
    const name = match[1] as string;
    const nameStart = start + match[0].indexOf(name);
    const valueStart = start + match[0].length;
    if (match[2] === undefined) {
      const span = spanOf(source, nameStart, nameStart + name.length);
      entries.push({ name, value: outside(name), raw: "", dynamic: true, span, valueSpan: span });
      at = end + 1;
      continue;
    }
    const lookup = (variable: string): string | undefined => outside(variable) ?? values.get(variable);
    const value = readValue(source, valueStart, end, lookup);
    if (value === undefined) {
      problems.push({
        span: spanOf(source, nameStart, end),
        message: "a quote is open at the end of the file",
      });
      at = end + 1;
      continue;
    }
    entries.push({
      name,
      value: value.text,
      raw: text.slice(valueStart, value.end),
      dynamic: value.dynamic,
      span: spanOf(source, nameStart, value.end),
      valueSpan: spanOf(source, valueStart, value.end),
    });
    values.set(name, value.text);
    at = lineEnd(text, value.end) + 1;
  }
  return { path, source, entries, comments, problems };
}

/** Classes of Unicode take a millisecond to make, for names that nobody has. */
function isName(text: string): boolean {
  return /^[\w.[\]-]+$/.test(text) || /^[\p{L}\p{N}_.[\]-]+$/u.test(text);
}

interface Value {
  readonly text: string;
  readonly end: number;
  readonly dynamic: boolean;
}

function readValue(
  source: SourceFile,
  start: number,
  lineEndsAt: number,
  lookup: (name: string) => string | undefined,
): Value | undefined {
  const { text } = source;
  const quote = text[start];
  if (quote !== '"' && quote !== "'") {
    const line = text.slice(start, lineEndsAt);
    const comment = line.includes("#") ? line.search(/(?:^|\s)#/) : -1;
    const raw = (comment === -1 ? line : line.slice(0, comment)).trimEnd();
    const filled = interpolate(raw, lookup);
    return { text: filled.text, end: start + raw.length, dynamic: !filled.known };
  }
  let close = start + 1;
  while (close < text.length && text[close] !== quote) close += text[close] === "\\" ? 2 : 1;
  if (close >= text.length) return undefined;
  const inside = text.slice(start + 1, close);
  if (quote === "'") return { text: inside, end: close + 1, dynamic: false };
  const unescaped = inside.replace(/\\(.)/gs, (whole, character: string) => {
    if (character === "n") return "\n";
    if (character === "r") return "\r";
    if (character === "t") return "\t";
    return character === "$" ? whole : character;
  });
  const filled = interpolate(unescaped.replaceAll("\\$", "$$$$"), lookup);
  return { text: filled.text, end: close + 1, dynamic: !filled.known };
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}
