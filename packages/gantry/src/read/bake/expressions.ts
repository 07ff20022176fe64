import { deepest, expect, next, peek, type State, shown, skipNewlines } from "./cursor.ts";
import type { Expression, ObjectEntry } from "./syntax.ts";
import { HclError, type HclToken, hclTokens, interpolationEnd } from "./tokens.ts";

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

/** Reads an expression; throws {@link HclError}. */
export function readExpression(state: State): Expression {
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

/** A text with its escapes resolved. */
export function plainText(raw: string): string {
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
