import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/**
 * Watches files and all folders below, those that come later too. A folder that `skip` names is never entered, so
 * that a hundred thousand files of dependencies cost nothing.
 */
export function watchFiles(
  paths: readonly string[],
  options: {
    /** Whether to leave out a path (absolute). */
    readonly skip: (path: string) => boolean;
    /** Called with the absolute path of what was changed, made or removed. */
    readonly onChange: (path: string) => void;
  },
): Disposable {
  const watchers = new Map<string, FSWatcher>();
  const forget = (path: string): void => {
    watchers.get(path)?.close();
    watchers.delete(path);
  };
  const add = (path: string, announce: boolean): void => {
    if (watchers.has(path) || options.skip(path)) return;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const folder = stats.isDirectory();
    const watcher = watch(path, (_kind, name) => {
      if (!folder) {
        options.onChange(path);
        return;
      }
      // A folder that is removed says its own name; that removal is told by the folder above.
      if (name === null || !isFolder(path)) return;
      const changed = join(path, name);
      if (options.skip(changed)) return;
      options.onChange(changed);
      if (isFolder(changed)) add(changed, true);
      else forget(changed);
    });
    // What is gone is told by the folder above.
    watcher.on("error", () => forget(path));
    watchers.set(path, watcher);
    if (!folder) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      // Files that were written before the watch began would be missed otherwise.
      if (announce && !options.skip(inner)) options.onChange(inner);
      if (entry.isDirectory()) add(inner, announce);
    }
  };
  for (const path of paths) add(path, false);
  return {
    [Symbol.dispose]() {
      for (const path of [...watchers.keys()]) forget(path);
    },
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
