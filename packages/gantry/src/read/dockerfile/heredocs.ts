import { isBlank } from "../../base/text.ts";
import { type SourceFile, spanOf } from "../source.ts";
import { physicalLine } from "./lines.ts";
import type { Heredoc } from "./model.ts";
import { unquote } from "./words.ts";

/** The start of a here-document: `3<<-"EOF"`. */
interface Opening {
  readonly name: string;
  readonly descriptor: number;
  readonly chomp: boolean;
  readonly expand: boolean;
}

/**
 * Here-documents that a line opens. As in BuildKit's lexer, the mark begins a word (a file descriptor may stand before
 * it), is not quoted, and blanks may follow `<<` but not `<<-`.
 */
export function heredocOpenings(text: string): readonly Opening[] {
  if (!text.includes("<<")) return [];
  const openings: Opening[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text[at] as string)) {
      at++;
      continue;
    }
    const mark = /^(\d*)<<(-?)/.exec(text.slice(at, at + 16));
    let end = at;
    if (mark !== null) {
      end = at + mark[0].length;
      if (mark[2] === "") while (text[end] === " " || text[end] === "\t") end++;
    }
    const wordStart = end;
    end = shellWordEnd(text, end);
    if (mark !== null) {
      const opening = openingOf(mark[1] as string, mark[2] === "-", text.slice(wordStart, end));
      if (opening !== undefined) openings.push(opening);
    }
    at = Math.max(end, at + 1);
  }
  return openings;
}

function openingOf(descriptor: string, chomp: boolean, word: string): Opening | undefined {
  if (word === "" || word.includes("<")) return undefined;
  const name = unquote(word, "\\");
  if (name === "") return undefined;
  const expand = !word.includes('"') && !word.includes("'");
  return { name, descriptor: Number(descriptor || 0), chomp, expand };
}

function shellWordEnd(text: string, start: number): number {
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] as string;
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"') at++;
    } else if (isBlank(character)) break;
    else if (character === "\\") at++;
    else if (character === '"' || character === "'") quote = character;
  }
  return Math.min(at, text.length);
}

/** Reads the bodies that follow line `next - 1`. An unterminated one ends with the file. */
export function readHeredocs(
  source: SourceFile,
  openings: readonly Opening[],
  next: number,
): { readonly heredocs: readonly Heredoc[]; readonly next: number; readonly end: number | undefined } {
  const heredocs: Heredoc[] = [];
  let index = next;
  let end: number | undefined;
  for (const opening of openings) {
    const from = source.lineStarts[index] ?? source.text.length;
    let to = source.text.length;
    let terminated = false;
    end = source.text.length;
    for (; !terminated; index++) {
      const line = physicalLine(source, index);
      if (line === undefined) break;
      const candidate = opening.chomp ? line.text.replace(/^\t+/, "") : line.text;
      if (candidate !== opening.name) continue;
      terminated = true;
      to = source.lineStarts[index] as number;
      end = line.to;
    }
    const body = source.text.slice(from, to);
    heredocs.push({
      ...opening,
      content: opening.chomp ? body.replace(/^\t+/gm, "") : body,
      contentSpan: spanOf(source, from, to),
      terminated,
    });
  }
  return { heredocs, next: index, end };
}
