import { readdirSync, readFileSync } from "node:fs";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

const folder = new URL("./seeds/", import.meta.url);

/** The seed documents that there are files of. */
export const seedNames: readonly string[] = readdirSync(folder);

/** Files of a seed document, shortened and without its prose, by path. */
export function seedFiles(name: string): Readonly<Record<string, string>> {
  const root = new URL(`${name}/`, folder);
  const files: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    files[path.slice(root.pathname.length).replaceAll("\\", "/").replace(/^\//, "")] = readFileSync(
      path,
      "utf8",
    );
  }
  return files;
}

/**
 * `CODE FILE:LINE` of the findings of one family (or of rules with these letters) in a seed's files, by file and line;
 * with other files that its document only describes.
 */
export function findingsOfSeed(
  name: string,
  letters: string,
  described: Readonly<Record<string, string>> = {},
): readonly string[] {
  const chosen = rules.filter((rule) => rule.code.startsWith(letters));
  const { findings } = runChecks(readProject(memoryFiles({ ...seedFiles(name), ...described })), chosen);
  return findings
    .toSorted((a, b) =>
      a.file === b.file ? a.line - b.line || (a.code < b.code ? -1 : 1) : a.file < b.file ? -1 : 1,
    )
    .map((finding) => `${finding.code} ${finding.file}:${finding.line}`);
}
