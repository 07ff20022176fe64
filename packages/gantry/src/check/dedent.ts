import { leadingBlanks } from "../base/text.ts";

/** Tag for the files of examples: drops the indentation that the code around it gives, and the first line's end. */
export function dedent(parts: TemplateStringsArray, ...values: readonly string[]): string {
  const text = parts.reduce((whole, part, index) => whole + (values[index - 1] ?? "") + part);
  const lines = (text.startsWith("\n") ? text.slice(1) : text).split("\n");
  const depth = Math.min(...lines.filter((line) => line.trim() !== "").map(leadingBlanks));
  return lines.map((line) => (line.trim() === "" ? "" : line.slice(depth))).join("\n");
}
