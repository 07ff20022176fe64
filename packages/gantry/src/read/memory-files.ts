import { compareText } from "../base/errors.ts";
import type { ProjectFiles } from "./facts.ts";

/** Files in memory: for tests, examples of rules, and rendered files that were never written. */
export function memoryFiles(
  files: Readonly<Record<string, string>>,
  executable: Readonly<Record<string, boolean>> = {},
): ProjectFiles {
  const paths = Object.keys(files).sort(compareText);
  return {
    list: () => paths,
    read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    executable: (path) => executable[path],
    notes: () => [],
  };
}
