import { isBlank, leadingBlanks } from "../../base/text.ts";

/** A word in a text: where it begins and ends (after the last character). */
export interface Cut {
  readonly start: number;
  readonly end: number;
}

/** Cuts at blanks outside of quotes. */
export function cutWords(text: string, escaper: string, from = 0): readonly Cut[] {
  const cuts: Cut[] = [];
  let at = from;
  while (at < text.length) {
    if (isBlank(text[at] as string)) {
      at++;
      continue;
    }
    const start = at;
    at = wordEnd(text, at, escaper);
    cuts.push({ start, end: at });
  }
  return cuts;
}

function wordEnd(text: string, start: number, escaper: string): number {
  let quote = "";
  let at = start;
  while (at < text.length) {
    const character = text[at] as string;
    if (quote === "") {
      if (isBlank(character)) break;
      if (character === escaper) at++;
      else if (character === '"' || character === "'") quote = character;
    } else if (character === quote) quote = "";
    else if (character === escaper && quote === '"') at++;
    at++;
  }
  return Math.min(at, text.length);
}

/** Takes quotes and escapes away; variables stay as they are. */
export function unquote(raw: string, escaper: string): string {
  if (!raw.includes('"') && !raw.includes("'") && !raw.includes(escaper)) return raw;
  let text = "";
  let quote = "";
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] as string;
    if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (quote !== "" && character === quote) quote = "";
    else if (character === escaper && quote !== "'") {
      const following = raw[at + 1];
      if (following === undefined) continue;
      // Inside double quotes the escape only works on what would be special there.
      if (quote === '"' && following !== '"' && following !== "$" && following !== escaper) text += character;
      text += following;
      at++;
    } else text += character;
  }
  return text;
}

/** Where the command begins in the text of a HEALTHCHECK, behind `CMD`; 0 when there is none. */
export function probeStart(text: string): number {
  const blanks = leadingBlanks(text.slice(3));
  return text.slice(0, 3).toUpperCase() === "CMD" && blanks > 0 ? 3 + blanks : 0;
}

/** The strings of a JSON list with their places; `undefined` when the text is none; `mixed` when not all are strings. */
export function cutJson(text: string): readonly { value: string; cut: Cut }[] | "mixed" | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  if (!list.every((element) => typeof element === "string")) return "mixed";
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return list.map((value: string, index) => {
    const place = places[index];
    const start = place?.index ?? 0;
    return { value, cut: { start, end: start + (place?.[0].length ?? 0) } };
  });
}
