import { stripVTControlCharacters } from "node:util";

// Blocks whose characters take two columns in terminals (Unicode East Asian Width W and F, and emoji presentation).
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zero = /[\p{Mn}\p{Me}\p{Cf}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for
const colour = /\u001b\[[0-9;]*m/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it removes control characters
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function columnsOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  // Latin letters, dashes, quotes, lines, arrows and signs, before a class of Unicode has to be compiled.
  if (character >= "\u00a0" && character < "\u0300" && character !== "\u00ad") return 1;
  if (character >= "\u2010" && character <= "\u2027") return 1;
  if (character >= "\u2190" && character <= "\u27bf") return 1;
  if (zero.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Columns that a text takes on a terminal; colours take none. */
export function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) columns += columnsOf(character);
  return columns;
}

/** The text within so many columns, with `…` where something was cut; colours stay whole and are closed. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns <= 0) return "";
  let kept = "";
  let used = 0;
  let coloured = false;
  for (let index = 0; index < text.length; ) {
    colour.lastIndex = index;
    const sequence = colour.exec(text)?.[0];
    if (sequence !== undefined) {
      kept += sequence;
      coloured = true;
      index += sequence.length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 32);
    used += columnsOf(character);
    if (used > columns - 1) break;
    kept += character;
    index += character.length;
  }
  return `${kept.trimEnd()}…${coloured ? "\u001b[0m" : ""}`;
}

/** Filled with spaces up to so many columns. */
export function pad(text: string, columns: number, side: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, columns - width(text)));
  return side === "left" ? text + fill : fill + text;
}

/** Words broken into lines of so many columns; a longer word stands alone. Line breaks in the text stay. */
export function wrap(text: string, columns: number): readonly string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && width(line) + 1 + width(word) > columns) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

/**
 * A line of somebody else's output, made safe to print beside ours: no cursor movement, no bell, only what was visible
 * after the last carriage return, tabs as spaces.
 */
export function tame(line: string): string {
  if (/^[ -~]*$/.test(line)) return line;
  const visible =
    stripVTControlCharacters(line)
      .split("\r")
      .findLast((part) => part !== "") ?? "";
  return visible.replaceAll("\t", "  ").replaceAll(control, "");
}
