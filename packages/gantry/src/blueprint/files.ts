/**
 * The project's files as pure functions see them: names and text, no disk.
 * Paths are relative to the stack's folder, with forward slashes and without a leading `./`.
 */
export interface FileTree {
  /** Text of a file; `undefined` when there is none (or it is a folder, or not text). */
  read(path: string): string | undefined;
  /** Names in a folder, sorted; folders end in `/`. Empty when there is no such folder. */
  list(folder: string): readonly string[];
}

/** A tree in memory, for tests and for renders that need no disk. */
export function memoryFiles(files: Readonly<Record<string, string>>): FileTree {
  const paths = Object.keys(files).sort();
  return {
    read: (path) => files[normalise(path)],
    list(folder) {
      const prefix = normalise(folder) === "" ? "" : `${normalise(folder)}/`;
      const names = new Set<string>();
      for (const path of paths) {
        if (!path.startsWith(prefix)) continue;
        const rest = path.slice(prefix.length);
        const slash = rest.indexOf("/");
        names.add(slash === -1 ? rest : rest.slice(0, slash + 1));
      }
      return [...names].sort();
    },
  };
}

/** `a/./b/../c` as `a/c`; `.` as the empty text. Keeps leading `..`. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** Paths joined and normalised. */
export function joinPath(...parts: readonly string[]): string {
  return normalise(parts.join("/"));
}

/** Path of `to` as seen from the folder `from`; both relative to the same folder. */
export function relativePath(from: string, to: string): string {
  const a = normalise(from).split("/").filter(Boolean);
  const b = normalise(to).split("/").filter(Boolean);
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  const path = [...a.slice(same).map(() => ".."), ...b.slice(same)].join("/");
  return path === "" ? "." : path;
}

/** The tree below one folder, as if that folder were the whole. */
export function subtree(files: FileTree, folder: string): FileTree {
  return {
    read: (path) => files.read(joinPath(folder, path)),
    list: (path) => files.list(joinPath(folder, path)),
  };
}
