/** Tag for the files of examples: drops the indentation that the code around it gives, and the first line's end. */
export function dedent(parts: TemplateStringsArray, ...values: readonly string[]): string {
  const text = parts.reduce((whole, part, index) => whole + (values[index - 1] ?? "") + part);
  const lines = text.replace(/^\n/, "").split("\n");
  const depth = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length),
  );
  return lines.map((line) => line.slice(Math.min(depth, line.length)).replace(/^ +$/, "")).join("\n");
}
