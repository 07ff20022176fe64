import { leadingBlanks } from "../../base/text.ts";
import { type ReadProblem, sourceFile, spanOf } from "../source.ts";
import type { IgnoreFile, IgnorePattern } from "./model.ts";

/** Reads a `.dockerignore`. A line that is no pattern costs only itself. */
export function parseIgnoreFile(path: string, text: string): IgnoreFile {
  const source = sourceFile(path, text);
  const patterns: IgnorePattern[] = [];
  const problems: ReadProblem[] = [];
  source.lineStarts.forEach((from, index) => {
    const to = source.lineStarts[index + 1] ?? text.length;
    const written = text.slice(from, to);
    const line = written.startsWith("\uFEFF") ? written.slice(1) : written;
    // Only a # in the very first column makes a comment: Docker looks before it trims.
    if (line.startsWith("#") || line.trim() === "") return;
    const begin = from + leadingBlanks(written);
    const span = spanOf(source, begin, begin + line.trim().length);
    const pattern = patternOf(line.trim());
    if (pattern === undefined)
      problems.push({ span, message: `${line.trim()} is no pattern that Docker reads` });
    else patterns.push({ ...pattern, span });
  });
  return { path, source, patterns, problems };
}

/** Takes one line apart; `undefined` when Docker would refuse it. */
function patternOf(line: string): Omit<IgnorePattern, "span"> | undefined {
  const negated = line.startsWith("!");
  const written = negated ? line.slice(1).trim() : line;
  if (written === "") return undefined;
  const cleaned = cleanPath(written);
  const pattern = cleaned.length > 1 && cleaned.startsWith("/") ? cleaned.slice(1) : cleaned;
  if (pattern.length > 4000) return undefined;
  const expression = expressionOf(pattern);
  return expression === undefined ? undefined : { pattern, negated, expression };
}

/** As Go's `path.Clean`: no doubled or trailing slash, no `.`, and `..` resolved where it can be. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !rooted) parts.push(part);
  }
  return (rooted ? "/" : "") + parts.join("/") || ".";
}

function expressionOf(pattern: string): RegExp | undefined {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === "*" && pattern[at + 1] === "*") {
      at++;
      if (pattern[at + 1] === "/") at++;
      // Many of them in a row mean the same as one, and would make the expression slow.
      const more = at + 1 >= pattern.length ? ".*" : "(.*/)?";
      if (!source.endsWith(more)) source += more;
    } else if (character === "*") source += source.endsWith("[^/]*") ? "" : "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const close = pattern.indexOf("]", pattern[at + 1] === "]" ? at + 2 : at + 1);
      if (close === -1 || close === at + 1) return undefined;
      const set = pattern.slice(at + 1, close);
      source += `[${set.startsWith("^") ? "^" : ""}${set.replace(/^\^/, "").replace(/[\]\\[]/g, "\\$&")}]`;
      at = close;
    } else if (character === "\\") {
      at++;
      if (at >= pattern.length) return undefined;
      source += escaped(pattern[at] as string);
    } else source += escaped(character);
  }
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    return undefined;
  }
}

function escaped(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
}
