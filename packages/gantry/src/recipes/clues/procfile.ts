import type { FileTree } from "../../blueprint/files.ts";

/** Processes of a Procfile, by name, each as the words that a container runs. */
export function procfileOf(files: FileTree): Readonly<Record<string, readonly string[]>> {
  const lines = (files.read("Procfile") ?? "").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^([A-Za-z][\w-]*):\s*(\S.*?)\s*$/.exec(line);
      return match === null ? [] : [[match[1] as string, wordsOf(match[2] as string)]];
    }),
  );
}

/** Plain words run as they are; with variables and quotes a shell must read them, and gives its place to the program. */
function wordsOf(command: string): readonly string[] {
  if (/^[\w\s./:@%+,=-]+$/.test(command) && !/^\w+=/.test(command)) return command.split(/\s+/);
  return ["sh", "-c", /[;&|]|^\w+=/.test(command) ? command : `exec ${command}`];
}
