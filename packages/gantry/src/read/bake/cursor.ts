import { HclError, type HclToken } from "./tokens.ts";

/** Where a reader of tokens stands. */
export interface State {
  readonly tokens: readonly HclToken[];
  /** What offsets are counted from: templates are read as texts of their own. */
  readonly offset: number;
  at: number;
  depth: number;
}

/** Expressions and blocks in each other. */
export const deepest = 200;

/** The token that comes next. */
export function peek(state: State): HclToken {
  return state.tokens[state.at] ?? (state.tokens.at(-1) as HclToken);
}

/** Takes the next token; the last one is never left behind. */
export function next(state: State): HclToken {
  const token = peek(state);
  if (state.at < state.tokens.length - 1) state.at++;
  return token;
}

/** Takes the operator `text`, or throws. */
export function expect(state: State, text: string): HclToken {
  const token = next(state);
  if (token.text !== text || token.kind !== "operator")
    throw new HclError(`${text} was expected instead of ${shown(token)}`, token.start);
  return token;
}

/** Passes over line ends. */
export function skipNewlines(state: State): void {
  while (peek(state).kind === "newline") state.at++;
}

/** A token in a message. */
export function shown(token: HclToken): string {
  if (token.kind === "end") return "the end of the file";
  return token.kind === "newline" ? "the end of the line" : token.text.slice(0, 30);
}
