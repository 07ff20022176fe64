import { answerText, wanted } from "./complete.ts";

/** What a shell's completion script asks for: candidates, one a line. A stack that cannot be loaded has no names. */
export async function completeLine(words: readonly string[], cwd: string): Promise<string> {
  const want = wanted(words);
  const names =
    want.names === "services" || want.names === "images" ? await stackNames(want.names, want.file, cwd) : [];
  return answerText(want, names);
}

async function stackNames(
  kind: "services" | "images",
  file: string | undefined,
  cwd: string,
): Promise<readonly string[]> {
  try {
    const { loadProject } = await import("../../operations/load.ts");
    const project = await loadProject({ cwd, typeCheck: false, ...(file === undefined ? {} : { file }) });
    return Object.keys(project.blueprint("dev")[kind]).sort();
  } catch {
    // A message in the middle of the line that is being typed would be worse than no names.
    return [];
  }
}
