import { isBlank } from "../../base/text.ts";

/** A piece of HCL. Templates and here-documents are one token with their raw text. */
export interface HclToken {
  readonly kind: "name" | "number" | "template" | "heredoc" | "operator" | "newline" | "comment" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const operators = /\.\.\.|&&|\|\||==|!=|<=|>=|=>|[{}()[\]=<>!?:,.+*/%-]/y;
const name = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const heredoc = /<<(-?)([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\r?\n/uy;

/** Templates in expressions in templates. */
const deepest = 50;

/** A character or token that HCL does not know. */
export class HclError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = "HclError";
    this.offset = offset;
  }
}

/** Cuts HCL into tokens; throws {@link HclError}, after it put what it could read into `tokens`. */
export function hclTokens(text: string, tokens: HclToken[] = []): readonly HclToken[] {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  const push = (kind: HclToken["kind"], end: number): void => {
    tokens.push({ kind, text: text.slice(at, end), start: at, end });
    at = end;
  };
  const matched = (expression: RegExp): number | undefined => {
    expression.lastIndex = at;
    const match = expression.exec(text);
    return match === null ? undefined : at + match[0].length;
  };
  while (at < text.length) {
    const character = text[at] as string;
    if (character === "\n") push("newline", at + 1);
    else if (isBlank(character)) at++;
    else if (character === "#" || text.startsWith("//", at)) push("comment", lineEnd(text, at));
    else if (text.startsWith("/*", at)) {
      const close = text.indexOf("*/", at + 2);
      push("comment", close === -1 ? text.length : close + 2);
    } else if (character === '"') push("template", templateEnd(text, at));
    else if (text.startsWith("<<", at)) {
      const body = matched(heredoc);
      if (body === undefined) throw new HclError("a here-document has no name", at);
      push("heredoc", heredocEnd(text, at, body));
    } else {
      const word = matched(name);
      const digits = word === undefined ? matched(number) : undefined;
      const operator = word === undefined && digits === undefined ? matched(operators) : undefined;
      if (word !== undefined) push("name", word);
      else if (digits !== undefined) push("number", digits);
      else if (operator !== undefined) push("operator", operator);
      else throw new HclError(`${character} means nothing here`, at);
    }
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : text[at - 1] === "\r" ? at - 1 : at;
}

/** First offset after the closing quote; quotes inside `${ }` belong to expressions. */
function templateEnd(text: string, start: number, depth = 0): number {
  if (depth > deepest) throw new HclError("it is nested too deeply", start);
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === '"') return at + 1;
    else if (character === "\n") break;
    else if ((character === "$" || character === "%") && text[at + 1] === "{") {
      if (text[at - 1] === character) continue;
      at = interpolationEnd(text, at, depth + 1) - 1;
    }
  }
  throw new HclError("a quote is not closed", start);
}

/** First offset after the `}` that closes the `${` at `start`. */
export function interpolationEnd(text: string, start: number, nesting = 0): number {
  let depth = 0;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = templateEnd(text, at, nesting + 1) - 1;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  throw new HclError("an interpolation is not closed", start);
}

function heredocEnd(text: string, start: number, body: number): number {
  heredoc.lastIndex = start;
  const marker = heredoc.exec(text)?.[2];
  for (let at = body; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    if (text.slice(at, end).trim() === marker) return end;
    at = end + 1;
  }
  throw new HclError(`no line ends the here-document ${marker}`, start);
}
