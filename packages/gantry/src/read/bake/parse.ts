import { deepest, expect, next, peek, type State, shown, skipNewlines } from "./cursor.ts";
import { plainText, readExpression } from "./expressions.ts";
import type { Attribute, Block, Body } from "./syntax.ts";
import { HclError, type HclToken, hclTokens } from "./tokens.ts";

/** Places that cannot be read before the rest of a file is given up. */
const mostErrors = 50;

/** Reads a file; a block that cannot be read costs only itself. */
export function parseHcl(text: string): {
  readonly body: Body;
  readonly comments: readonly HclToken[];
  readonly errors: readonly HclError[];
} {
  const errors: HclError[] = [];
  const all: HclToken[] = [];
  try {
    hclTokens(text, all);
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    errors.push(error);
    all.push({ kind: "end", text: "", start: error.offset, end: error.offset });
  }
  const comments = all.filter((token) => token.kind === "comment");
  const state: State = {
    tokens: all.filter((token) => token.kind !== "comment"),
    offset: 0,
    at: 0,
    depth: 0,
  };
  const body = readBody(state, "end", errors);
  return { body, comments, errors };
}

function readBody(state: State, closer: "}" | "end", errors: HclError[]): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  for (;;) {
    skipNewlines(state);
    const token = peek(state);
    if (token.kind === "end" || (closer === "}" && token.text === "}")) break;
    if (errors.length >= mostErrors) {
      state.at = state.tokens.length - 1;
      break;
    }
    const from = state.at;
    const { depth } = state;
    try {
      const item = readItem(state, errors);
      if ("type" in item) blocks.push(item);
      else attributes.push(item);
    } catch (error) {
      if (!(error instanceof HclError)) throw error;
      errors.push(error);
      state.depth = depth;
      recover(state, from, closer);
    }
  }
  return { attributes, blocks };
}

/** Goes on behind the line (and the braces it opens) that could not be read. */
function recover(state: State, from: number, closer: string): void {
  state.at = from;
  let depth = 0;
  for (; state.at < state.tokens.length - 1; state.at++) {
    const { text, kind } = peek(state);
    if (kind === "newline" && depth <= 0) return;
    if ("{[(".includes(text) && kind === "operator") depth++;
    if ("}])".includes(text) && kind === "operator") {
      if (depth === 0 && closer === text && state.at > from) return;
      depth--;
    }
  }
}

function readItem(state: State, errors: HclError[]): Attribute | Block {
  const head = next(state);
  if (head.kind !== "name") throw new HclError(`a name was expected instead of ${shown(head)}`, head.start);
  if (peek(state).text === "=") {
    next(state);
    const value = readExpression(state);
    endOfItem(state);
    return { name: head.text, value, start: head.start, end: value.end };
  }
  const labels: string[] = [];
  let end = head.end;
  while (peek(state).kind === "template" || peek(state).kind === "name") {
    const label = next(state);
    labels.push(label.kind === "template" ? plainText(label.text.slice(1, -1)) : label.text);
    end = label.end;
  }
  expect(state, "{");
  if (++state.depth > deepest) throw new HclError("it is nested too deeply", head.start);
  const body = readBody(state, "}", errors);
  expect(state, "}");
  state.depth--;
  return { type: head.text, labels, ...body, start: head.start, end };
}

function endOfItem(state: State): void {
  const token = peek(state);
  if (token.kind === "newline" || token.kind === "end" || token.text === "}" || token.text === ",") {
    if (token.text === ",") next(state);
    return;
  }
  throw new HclError(`the line should end before ${shown(token)}`, token.start);
}
