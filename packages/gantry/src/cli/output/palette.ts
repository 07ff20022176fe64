import { styleText } from "node:util";

/** What a text is, not which colour it has. */
export type Tone = "strong" | "dim" | "good" | "bad" | "warn" | "busy" | "name" | "link";

/** Colours a text by what it is; without colours it gives the text back. */
export type Palette = (tone: Tone, text: string) => string;

const styles = {
  strong: "bold",
  dim: "dim",
  good: "green",
  bad: "red",
  warn: "yellow",
  busy: "cyan",
  name: "bold",
  link: ["cyan", "underline"],
} as const;

/** Colours for a stream that shows them, or none at all. */
export function palette(enabled: boolean): Palette {
  if (!enabled) return (_tone, text) => text;
  return (tone, text) =>
    text === "" ? "" : styleText([styles[tone]].flat(), text, { validateStream: false });
}

// Six that are told apart on light and dark backgrounds; red and yellow mean something already.
const serviceColours = ["cyan", "magenta", "green", "blue", "cyanBright", "magentaBright"] as const;

/** Colours names so that neighbours in `names` differ, the same at every call. */
export function nameColours(
  names: readonly string[],
  enabled: boolean,
): (name: string) => (text: string) => string {
  const order = new Map([...names].sort().map((name, index) => [name, index]));
  return (name) => {
    if (!enabled) return (text) => text;
    const colour = serviceColours[(order.get(name) ?? hash(name)) % serviceColours.length] ?? "cyan";
    return (text) => styleText(colour, text, { validateStream: false });
  };
}

function hash(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum;
}

/**
 * Whether a stream gets colours. NO_COLOR (https://no-color.org) and `--no-color` win over FORCE_COLOR, which wins over
 * what the stream is.
 */
export function wantsColour(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  refused: boolean,
): boolean {
  if (refused || (env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}
