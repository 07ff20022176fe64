import { hasAny } from "../../base/text.ts";

/** A text with variables filled in. */
export interface Expansion {
  readonly text: string;
  /** Whether every variable in it had a value or a default. */
  readonly known: boolean;
  /** Names that were used, in order. */
  readonly names: readonly string[];
}

/** What a variable holds; `undefined` when nothing tells. */
export type Lookup = (name: string) => string | undefined;

interface State {
  readonly text: string;
  readonly escaper: string;
  readonly lookup: Lookup;
  readonly names: string[];
  at: number;
  known: boolean;
}

/** Fills in variables and takes quotes away, with the operators of a Dockerfile: `:-`, `:+`, `:?`, `#`, `%`, `/`. */
export function expand(text: string, lookup: Lookup, escaper = "\\"): Expansion {
  if (!hasAny(text, ["$", '"', "'", "\\", "`"])) return { text, known: true, names: [] };
  const state: State = { text, escaper, lookup, names: [], at: 0, known: true };
  const result = readUntil(state, "", 0);
  return { text: result, known: state.known, names: state.names };
}

const deepest = 50;
/** Longest value that a variable may get; doubling it line by line would fill the memory. */
const longest = 32_768;

/** Reads up to `stop` (outside of quotes) or the end. */
function readUntil(state: State, stop: string, depth: number): string {
  let result = "";
  let quote = "";
  while (state.at < state.text.length) {
    const character = state.text[state.at] as string;
    if (quote === "" && stop !== "" && stop.includes(character)) break;
    if (result.length > longest) {
      state.known = false;
      state.at = state.text.length;
      break;
    }
    if (character === "$" && quote !== "'") {
      result += readVariable(state, depth);
      continue;
    }
    state.at++;
    if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (quote !== "" && character === quote) quote = "";
    else if (character === state.escaper && quote !== "'") {
      const following = state.text[state.at];
      if (following === undefined) break;
      if (quote === '"' && following !== '"' && following !== "$" && following !== state.escaper)
        result += character;
      result += following;
      state.at++;
    } else result += character;
  }
  return result;
}

function readVariable(state: State, depth: number): string {
  const begin = state.at;
  const braced = state.text.startsWith("${", begin);
  const from = begin + (braced ? 2 : 1);
  const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(state.text.slice(from, begin + 200))?.[0];
  if (name === undefined || (braced && depth > deepest)) {
    state.at++;
    return "$";
  }
  state.at = from + name.length;
  if (!braced) return valueIn(state, name) ?? "";
  const operator =
    state.text[state.at] === "}"
      ? ""
      : (/^(:?[-+?]|##?|%%?|\/\/?)/.exec(state.text.slice(state.at, state.at + 2))?.[0] ?? "");
  state.at += operator.length;
  if (operator === "") {
    readUntil(state, "}", depth + 1);
    state.at++;
    return valueIn(state, name) ?? "";
  }
  // An operand that is not used must not make the whole unknown.
  const before = state.known;
  const first = readUntil(state, operator.startsWith("/") ? "/}" : "}", depth + 1);
  let second = "";
  if (operator.startsWith("/") && state.text[state.at] === "/") {
    state.at++;
    second = readUntil(state, "}", depth + 1);
  }
  state.at++;
  const operandKnown = state.known;
  state.known = before;
  return applyOperator(state, name, operator, first, second, operandKnown);
}

function applyOperator(
  state: State,
  name: string,
  operator: string,
  first: string,
  second: string,
  operandKnown: boolean,
): string {
  state.names.push(name);
  const value = state.lookup(name);
  const present = value !== undefined && !(operator.startsWith(":") && value === "");
  const useOperand = (): string => {
    if (!operandKnown) state.known = false;
    return first;
  };
  switch (operator) {
    case ":-":
    case "-":
      return present ? value : useOperand();
    case ":+":
    case "+":
      return present ? useOperand() : "";
    default:
      if (value === undefined) state.known = false;
      return value === undefined ? "" : trimPattern(value, operator, first, second);
  }
}

function valueIn(state: State, name: string): string | undefined {
  state.names.push(name);
  const value = state.lookup(name);
  if (value === undefined) state.known = false;
  return value;
}

function trimPattern(value: string, operator: string, pattern: string, replacement: string): string {
  if (operator.endsWith("?")) return value;
  // Beyond this a hostile pattern could keep the expression busy for minutes.
  if (value.length > 1000 || pattern.split("*").length > 5) return value;
  if (operator === "/") return value.replace(globExpression(pattern, true, ""), () => replacement);
  if (operator === "//") return value.replace(globExpression(pattern, true, "g"), () => replacement);
  const greedy = operator.length === 2;
  if (operator.startsWith("#")) {
    const match = new RegExp(`^${globExpression(pattern, greedy, "").source}`, "s").exec(value);
    return match === null ? value : value.slice(match[0].length);
  }
  const whole = new RegExp(`^${globExpression(pattern, true, "").source}$`, "s");
  const starts = Array.from({ length: value.length + 1 }, (_, index) =>
    greedy ? index : value.length - index,
  );
  const start = starts.find((index) => whole.test(value.slice(index)));
  return start === undefined ? value : value.slice(0, start);
}

/** Runs of stars are folded so that no pattern makes the expression slow. */
function globExpression(pattern: string, greedy: boolean, flags: string): RegExp {
  const source = pattern
    .slice(0, 200)
    .replace(/\*+/g, "*")
    .replace(/[.*+?^${}()|[\]\\]/g, (character) =>
      character === "*" ? (greedy ? ".*" : ".*?") : character === "?" ? "." : `\\${character}`,
    );
  return new RegExp(source === "" ? "(?!)" : source, `${flags}s`);
}
