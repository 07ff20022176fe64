import type { VariableUse } from "../yaml/model.ts";

/** A text with its variables filled in. */
export interface Interpolation {
  readonly text: string;
  /** Whether every variable that took part had a value or a default. */
  readonly known: boolean;
  readonly variables: readonly VariableUse[];
  /** What Compose would refuse: a required variable without a value, a malformed `${`. */
  readonly problems: readonly string[];
}

interface State {
  readonly lookup: (name: string) => string | undefined;
  readonly variables: VariableUse[];
  readonly problems: string[];
  known: boolean;
}

const deepest = 20;
/** Longest text that variables may make; doubling it line by line would fill the memory. */
const longest = 100_000;

/** Fills variables in as Compose does: `$NAME`, `${NAME}`, `:-`, `-`, `:?`, `?`, `:+`, `+`, nested, `$$` for a dollar. */
export function interpolate(text: string, lookup: (name: string) => string | undefined): Interpolation {
  if (!text.includes("$")) return { text, known: true, variables: [], problems: [] };
  const state: State = { lookup, variables: [], problems: [], known: true };
  const filled = fill(text, state, 0);
  return { text: filled, known: state.known, variables: state.variables, problems: state.problems };
}

function fill(text: string, state: State, depth: number): string {
  let result = "";
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar === -1) return result + text.slice(at);
    result += text.slice(at, dollar);
    if (result.length > longest) {
      state.known = false;
      return "";
    }
    const following = text[dollar + 1];
    if (following === "$") {
      result += "$";
      at = dollar + 2;
      continue;
    }
    if (following !== "{") {
      const name = /^[A-Za-z_]\w*/.exec(text.slice(dollar + 1, dollar + 200))?.[0];
      // A dollar before anything else is a dollar.
      result += name === undefined ? "$" : use(state, name, "", "", depth);
      at = dollar + 1 + (name?.length ?? 0);
      continue;
    }
    const end = braceEnd(text, dollar);
    const inside = end === undefined ? undefined : text.slice(dollar + 2, end);
    const match = inside === undefined ? null : /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s.exec(inside);
    if (match === null || end === undefined) {
      state.problems.push(
        `Compose cannot read ${text.slice(dollar, (end ?? dollar + 39) + 1)}; write $$ for a dollar`,
      );
      result += "$";
      at = dollar + 1;
      continue;
    }
    result += use(state, match[1] as string, match[2] ?? "", match[3] ?? "", depth);
    at = end + 1;
  }
  return result;
}

function braceEnd(text: string, dollar: number): number | undefined {
  let depth = 0;
  for (let at = dollar; at < text.length; at++) {
    if (text.startsWith("${", at)) {
      depth++;
      at++;
    } else if (text[at] === "}" && --depth === 0) return at;
  }
  return undefined;
}

function use(state: State, name: string, operator: string, operand: string, depth: number): string {
  const value = state.lookup(name);
  state.variables.push({ name, operator, operand, value });
  const present = value !== undefined && !(operator.startsWith(":") && value === "");
  const nested = (): string => (depth < deepest ? fill(operand, state, depth + 1) : operand);
  switch (operator.at(-1)) {
    case "-":
      return present ? value : nested();
    case "+":
      // Whether it is set is known only when a file sets it.
      if (value === undefined) state.known = false;
      return present ? nested() : "";
    default:
      if (value === undefined) state.known = false;
      return value ?? "";
  }
}
