/** First words of every rendered file; by them Gantry knows which files are its own to replace. */
export const headerMark = "Written by Gantry from";

/** Where a file comes from, for its first line; in any language that comments with `#`. */
export function header(source: string, about: readonly string[] = []): string {
  return [
    `# ${headerMark} ${source}. Change that and run \`gantry render\`: edits here are lost.`,
    ...about.map((line) => `# ${line}`),
  ].join("\n");
}
