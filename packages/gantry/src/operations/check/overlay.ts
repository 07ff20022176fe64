import { compareText } from "../../base/errors.ts";
import type { ProjectFiles } from "../../read/facts.ts";

/** Files with others laid over them: what a project would be with these texts in it. */
export function overlaid(files: ProjectFiles, texts: ReadonlyMap<string, string>): ProjectFiles {
  if (texts.size === 0) return files;
  let paths: readonly string[] | undefined;
  return {
    list: () => {
      paths ??= [...new Set([...files.list(), ...texts.keys()])].sort(compareText);
      return paths;
    },
    read: (path) => texts.get(path) ?? files.read(path),
    executable: (path) => files.executable?.(path),
    notes: () => files.notes(),
  };
}
