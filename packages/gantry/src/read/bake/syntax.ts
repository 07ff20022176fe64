import { HclError, type HclToken, hclTokens, interpolationEnd } from "./tokens.ts";

/** An expression. Offsets count in the file. */
export type Expression = { readonly start: number; readonly end: number } & (
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "template"; readonly parts: readonly Expression[] }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "member"; readonly of: Expression; readonly name: string }
  | { readonly kind: "index"; readonly of: Expression; readonly index: Expression }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expression[];
      readonly spread: boolean;
    }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "object"; readonly entries: readonly ObjectEntry[] }
  | { readonly kind: "unary"; readonly operator: string; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: "for";
      readonly names: readonly string[];
      readonly over: Expression;
      readonly key: Expression | undefined;
      readonly value: Expression;
      readonly condition: Expression | undefined;
    }
);

/** An entry of an object. A plain name as key is a text, not a variable. */
export interface ObjectEntry {
  readonly key: Expression;
  readonly value: Expression;
}

/** `name = expression`. */
export interface Attribute {
  readonly name: string;
  readonly value: Expression;
  readonly start: number;
  readonly end: number;
}

/** `type "label" { ... }`. */
export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
  /** Of its head: type and labels. */
  readonly start: number;
  readonly end: number;
}

/** A file: its attributes and blocks at the top. */
export interface Body {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
}

interface State {
  readonly tokens: readonly HclToken[];
  /** What offsets are counted from: templates are read as texts of their own. */
  readonly offset: number;
  at: number;
  depth: number;
}

const deepest = 200;
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

/** Reads an expression from a text of its own: what stands in `${ }`, and values of Bake's JSON form. */
function readInner(text: string, offset: number, depth: number): Expression {
  try {
    const tokens = hclTokens(text).filter((token) => token.kind !== "comment" && token.kind !== "newline");
    const state: State = { tokens, offset, at: 0, depth: depth + 1 };
    const expression = readExpression(state);
    if (peek(state).kind !== "end") throw new HclError(`${shown(peek(state))} was not expected`, 0);
    return expression;
  } catch (error) {
    // Inside, offsets count from the text of its own.
    throw error instanceof HclError ? new HclError(error.message, Math.max(error.offset, offset)) : error;
  }
}

function readExpression(state: State): Expression {
  if (++state.depth > deepest) throw new HclError("it is nested too deeply", peek(state).start);
  const test = readBinary(state, 0);
  let result = test;
  if (peek(state).text === "?") {
    next(state);
    skipNewlines(state);
    const yes = readExpression(state);
    skipNewlines(state);
    expect(state, ":");
    skipNewlines(state);
    const no = readExpression(state);
    result = { kind: "conditional", test, yes, no, start: test.start, end: no.end };
  }
  state.depth--;
  return result;
}

const precedence: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

function readBinary(state: State, level: number): Expression {
  const operators = precedence[level];
  if (operators === undefined) return readUnary(state);
  let left = readBinary(state, level + 1);
  while (peek(state).kind === "operator" && operators.includes(peek(state).text)) {
    const operator = next(state).text;
    skipNewlines(state);
    const right = readBinary(state, level + 1);
    left = { kind: "binary", operator, left, right, start: left.start, end: right.end };
  }
  return left;
}

function readUnary(state: State): Expression {
  const token = peek(state);
  if (token.text !== "!" && token.text !== "-") return readPostfix(state);
  if (++state.depth > deepest) throw new HclError("it is nested too deeply", token.start);
  next(state);
  const of = readUnary(state);
  state.depth--;
  return { kind: "unary", operator: token.text, of, start: token.start + state.offset, end: of.end };
}

function readPostfix(state: State): Expression {
  let result = readPrimary(state);
  for (;;) {
    const token = peek(state);
    if (token.text === ".") {
      next(state);
      const part = next(state);
      const end = part.end + state.offset;
      if (part.kind === "name")
        result = { kind: "member", of: result, name: part.text, start: result.start, end };
      else if (part.kind === "number") {
        const index: Expression = { kind: "literal", value: Number(part.text), start: result.start, end };
        result = { kind: "index", of: result, index, start: result.start, end };
      } else throw new HclError(`${shown(part)} was not expected behind a dot`, part.start);
    } else if (token.text === "[" && token.start + state.offset === result.end) {
      next(state);
      skipNewlines(state);
      const index = readExpression(state);
      skipNewlines(state);
      const close = expect(state, "]");
      result = { kind: "index", of: result, index, start: result.start, end: close.end + state.offset };
    } else return result;
  }
}

function readPrimary(state: State): Expression {
  const token = next(state);
  const place = { start: token.start + state.offset, end: token.end + state.offset };
  switch (token.kind) {
    case "number":
      return { kind: "literal", value: Number(token.text), ...place };
    case "template":
      return templateExpression(token.text.slice(1, -1), place.start + 1, true, state.depth, place);
    case "heredoc": {
      const head = token.text.indexOf("\n") + 1;
      const tail = token.text.lastIndexOf("\n") + 1;
      const indented = token.text.startsWith("<<-");
      const body = token.text.slice(head, Math.max(head, tail));
      return templateExpression(
        indented ? outdented(body) : body,
        place.start + head,
        false,
        state.depth,
        place,
      );
    }
    case "name":
      return readNamed(state, token, place);
    case "operator":
      if (token.text === "(") {
        skipNewlines(state);
        const inner = readExpression(state);
        skipNewlines(state);
        const close = expect(state, ")");
        return { ...inner, start: place.start, end: close.end + state.offset };
      }
      if (token.text === "[") return readList(state, place.start);
      if (token.text === "{") return readObject(state, place.start);
      break;
    default:
      break;
  }
  throw new HclError(`${shown(token)} was not expected`, token.start);
}

function readNamed(state: State, token: HclToken, place: { start: number; end: number }): Expression {
  if (token.text === "true" || token.text === "false") {
    return { kind: "literal", value: token.text === "true", ...place };
  }
  if (token.text === "null") return { kind: "literal", value: null, ...place };
  if (peek(state).text !== "(") return { kind: "variable", name: token.text, ...place };
  next(state);
  const args: Expression[] = [];
  let spread = false;
  skipNewlines(state);
  while (peek(state).text !== ")") {
    args.push(readExpression(state));
    skipNewlines(state);
    if (peek(state).text === "...") {
      next(state);
      spread = true;
      skipNewlines(state);
    }
    if (peek(state).text !== ",") break;
    next(state);
    skipNewlines(state);
  }
  const close = expect(state, ")");
  return { kind: "call", name: token.text, args, spread, start: place.start, end: close.end + state.offset };
}

function readList(state: State, start: number): Expression {
  skipNewlines(state);
  if (peek(state).text === "for" && peek(state).kind === "name") return readFor(state, start, "]");
  const items: Expression[] = [];
  while (peek(state).text !== "]") {
    items.push(readExpression(state));
    skipNewlines(state);
    if (peek(state).text !== ",") break;
    next(state);
    skipNewlines(state);
  }
  const close = expect(state, "]");
  return { kind: "list", items, start, end: close.end + state.offset };
}

function readObject(state: State, start: number): Expression {
  skipNewlines(state);
  if (peek(state).text === "for" && peek(state).kind === "name") return readFor(state, start, "}");
  const entries: ObjectEntry[] = [];
  while (peek(state).text !== "}") {
    const read = readExpression(state);
    const key: Expression =
      read.kind === "variable"
        ? { kind: "literal", value: read.name, start: read.start, end: read.end }
        : read;
    const separator = next(state);
    if (separator.text !== "=" && separator.text !== ":") {
      throw new HclError(`= was expected instead of ${shown(separator)}`, separator.start);
    }
    skipNewlines(state);
    entries.push({ key, value: readExpression(state) });
    const ended = peek(state).kind === "newline" || peek(state).text === ",";
    if (peek(state).text === ",") next(state);
    skipNewlines(state);
    if (!ended) break;
    if (peek(state).text === ",") next(state);
  }
  const close = expect(state, "}");
  return { kind: "object", entries, start, end: close.end + state.offset };
}

function readFor(state: State, start: number, closer: "]" | "}"): Expression {
  next(state);
  const names = [next(state).text];
  if (peek(state).text === ",") {
    next(state);
    names.push(next(state).text);
  }
  const word = next(state);
  if (word.text !== "in") throw new HclError(`in was expected instead of ${shown(word)}`, word.start);
  const over = readExpression(state);
  skipNewlines(state);
  expect(state, ":");
  skipNewlines(state);
  let value = readExpression(state);
  let key: Expression | undefined;
  skipNewlines(state);
  if (peek(state).text === "=>") {
    next(state);
    key = value;
    value = readExpression(state);
    if (peek(state).text === "...") next(state);
  }
  skipNewlines(state);
  let condition: Expression | undefined;
  if (peek(state).text === "if") {
    next(state);
    condition = readExpression(state);
    skipNewlines(state);
  }
  const close = expect(state, closer);
  return { kind: "for", names, over, key, value, condition, start, end: close.end + state.offset };
}

/** A text with `${ }` in it; `%{ }` directives are kept as an unknown part. */
export function templateExpression(
  raw: string,
  offset: number,
  escapes: boolean,
  depth: number,
  place: { readonly start: number; readonly end: number },
): Expression {
  const parts: Expression[] = [];
  let from = 0;
  let literal = "";
  const flush = (): void => {
    if (literal !== "")
      parts.push({ kind: "literal", value: escapes ? plainText(literal) : literal, ...place });
    literal = "";
  };
  while (from < raw.length) {
    const mark = /[$%]\{/.exec(raw.slice(from));
    if (mark === null) break;
    const at = from + mark.index;
    if (raw[at - 1] === raw[at] && at - 1 >= from) {
      literal += raw.slice(from, at - 1) + raw.slice(at, at + 2);
      from = at + 2;
      continue;
    }
    literal += raw.slice(from, at);
    flush();
    const end = interpolationEnd(raw, at);
    const inside = raw.slice(at + 2, end - 1).replace(/^~|~$/g, " ");
    if (raw[at] === "%") parts.push({ kind: "variable", name: "%{}", ...place });
    else parts.push(readInner(inside, offset + at + 2, depth));
    from = end;
  }
  literal += raw.slice(from);
  flush();
  const [only] = parts;
  if (only === undefined) return { kind: "literal", value: "", ...place };
  if (parts.length === 1 && only.kind === "literal") return { ...only, ...place };
  return { kind: "template", parts, ...place };
}

function plainText(raw: string): string {
  return raw.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (whole, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const known: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };
    return known[code] ?? whole;
  });
}

function outdented(body: string): string {
  const lines = body.split("\n");
  const depth = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0),
  );
  return Number.isFinite(depth) ? lines.map((line) => line.slice(depth)).join("\n") : body;
}

function peek(state: State): HclToken {
  return state.tokens[state.at] ?? (state.tokens.at(-1) as HclToken);
}

function next(state: State): HclToken {
  const token = peek(state);
  if (state.at < state.tokens.length - 1) state.at++;
  return token;
}

function expect(state: State, text: string): HclToken {
  const token = next(state);
  if (token.text !== text || token.kind !== "operator")
    throw new HclError(`${text} was expected instead of ${shown(token)}`, token.start);
  return token;
}

function skipNewlines(state: State): void {
  while (peek(state).kind === "newline") state.at++;
}

function shown(token: HclToken): string {
  if (token.kind === "end") return "the end of the file";
  return token.kind === "newline" ? "the end of the line" : token.text.slice(0, 30);
}
