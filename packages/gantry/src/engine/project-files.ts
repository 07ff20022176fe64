import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Largest file that recipes read whole, in bytes; lock files of big projects stay below. */
const largest = 16 * 1024 ** 2;

/** Files below a folder as pure functions see them; what was read once is kept, so that all see the same. */
export function diskFiles(root: string): {
  read(path: string): string | undefined;
  list(folder: string): readonly string[];
} {
  const texts = new Map<string, string | undefined>();
  const folders = new Map<string, readonly string[]>();
  return {
    read(path) {
      if (!texts.has(path)) texts.set(path, readSmall(join(root, path)));
      return texts.get(path);
    },
    list(folder) {
      let names = folders.get(folder);
      if (names === undefined) {
        names = listFolder(join(root, folder));
        folders.set(folder, names);
      }
      return names;
    },
  };
}

function readSmall(path: string): string | undefined {
  try {
    const about = statSync(path, { throwIfNoEntry: false });
    return about?.isFile() === true && about.size <= largest ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort();
  } catch {
    return [];
  }
}
