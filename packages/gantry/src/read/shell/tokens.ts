import { hasAny, isBlank } from "../../base/text.ts";
import type { ShellWord } from "./model.ts";

/** A piece of a shell script. */
export type Token =
  | { readonly kind: "word"; readonly word: ShellWord; readonly nested: readonly Nested[] }
  | { readonly kind: "operator"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "redirection"; readonly text: string; readonly start: number; readonly end: number };

/** A script inside a word: `$(...)` or backticks. */
export interface Nested {
  readonly start: number;
  readonly text: string;
}

/** Longer ones before those that they begin with. */
const operators = ["&&", "||", ";;&", ";;", ";&", "|&", ";", "|", "&", "(", ")", "\n"];
const redirection = /(?:\d+|\{\w+\}|&)?(?:>>|>\||>&|<<<|<<-?|<&|<>|>|<)/y;

/** Cuts a script into words and operators. Unclosed quotes reach to the end; nothing throws. */
export function shellTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const redirects = hasAny(text, ["<", ">"]);
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === " " || character === "\t" || character === "\r") at++;
    else if (character === "\\" && text[at + 1] === "\n") at += 2;
    else if (character === "#") {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    } else {
      const token = tokenAt(text, at, redirects);
      tokens.push(token);
      at = token.kind === "word" ? token.word.end : token.end;
    }
  }
  return tokens;
}

function tokenAt(text: string, at: number, redirects: boolean): Token {
  const redirected = redirects ? redirectionAt(text, at) : undefined;
  if (redirected !== undefined && !isProcess(text, at)) {
    return { kind: "redirection", text: redirected, start: at, end: at + redirected.length };
  }
  const operator = operators.find((one) => text.startsWith(one, at));
  if (operator !== undefined)
    return { kind: "operator", text: operator, start: at, end: at + operator.length };
  return wordAt(text, at);
}

/** Whether `<(...)` or `>(...)` begins here. */
function isProcess(text: string, at: number): boolean {
  return "<>".includes(text[at] as string) && text[at + 1] === "(";
}

function redirectionAt(text: string, at: number): string | undefined {
  if (!"0123456789{&<>".includes(text[at] as string)) return undefined;
  redirection.lastIndex = at;
  return redirection.exec(text)?.[0];
}

function wordAt(text: string, start: number): Token {
  const nested: Nested[] = [];
  let value = "";
  let dynamic = false;
  let quote = "";
  let at = start;
  while (at < text.length) {
    const character = text[at] as string;
    const following = text[at + 1];
    const substituted = character === "$" && quote !== "'" ? substitutionEnd(text, at) : undefined;
    if (quote === "'") {
      if (character === "'") quote = "";
      else value += character;
      at++;
    } else if (character === "\\") {
      if (following === "\n") {
        at += 2;
        continue;
      }
      if (quote === '"' && following !== undefined && !'"\\$`'.includes(following)) value += character;
      value += following ?? "";
      at += 2;
    } else if (substituted !== undefined) {
      dynamic = true;
      if (following === "(" && text[at + 2] !== "(")
        nested.push({ start: at + 2, text: text.slice(at + 2, substituted - 1) });
      value += text.slice(at, substituted);
      at = substituted;
    } else if (character === "`") {
      const close = text.indexOf("`", at + 1);
      const end = close === -1 ? text.length : close + 1;
      dynamic = true;
      nested.push({ start: at + 1, text: text.slice(at + 1, end - 1) });
      value += text.slice(at, end);
      at = end;
    } else if (quote === '"') {
      if (character === '"') quote = "";
      else value += character;
      at++;
    } else if (character === '"' || character === "'") {
      quote = character;
      at++;
    } else if (endsWord(character) && !(at === start && "<>".includes(character))) break;
    else {
      value += character;
      at++;
    }
  }
  at = Math.max(Math.min(at, text.length), start + 1);
  return { kind: "word", word: { raw: text.slice(start, at), value, dynamic, start, end: at }, nested };
}

function endsWord(character: string): boolean {
  return ";|&()<>".includes(character) || isBlank(character);
}

/** First offset after `$NAME`, `${...}`, `$(...)` or `$((...))` at `start`; `undefined` when it is only a dollar. */
function substitutionEnd(text: string, start: number): number | undefined {
  const opener = text[start + 1];
  if (opener !== "(" && opener !== "{") {
    const name = /^\$(?:\w+|[@*#?!$-])/.exec(text.slice(start, start + 200))?.[0];
    return name === undefined ? undefined : start + name.length;
  }
  const closer = opener === "(" ? ")" : "}";
  let depth = 0;
  let quote = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] as string;
    if (character === "\\" && quote !== "'") at++;
    else if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === opener) depth++;
    else if (character === closer && --depth === 0) return at + 1;
  }
  return text.length;
}
