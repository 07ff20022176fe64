import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { GantryError, type Problem } from "../../base/errors.ts";

/** A folder that is read as one project, and which of its files somebody asked about. */
export interface Place {
  /** Absolute. */
  readonly root: string;
  /** Paths relative to `root`; `undefined` for all. */
  readonly only: readonly string[] | undefined;
}

/**
 * Where to read. Files hang together across folders, so that a path below the working folder is judged as a part of it;
 * a path elsewhere, or one that is a repository of its own, is a project by itself.
 */
export function placesOf(cwd: string, paths: readonly string[]): readonly Place[] {
  if (paths.length === 0) return [{ root: cwd, only: undefined }];
  const missing = paths.filter((path) => !existsSync(resolve(cwd, path)));
  if (missing.length > 0) throw new GantryError(missing.map(noSuchPath), { exit: "usage" });
  const partOfCwd = isInRepository(cwd);
  const only = new Map<string, string[] | undefined>();
  for (const path of paths) {
    const full = resolve(cwd, path);
    const file = !statSync(full).isDirectory();
    const inside = full !== cwd && full.startsWith(cwd === sep ? sep : cwd + sep);
    const folder = file ? dirname(full) : full;
    if (inside && partOfCwd && !hasOwnRepository(folder, cwd)) {
      add(only, cwd, relative(cwd, full).split(sep).join("/"));
    } else add(only, folder, file ? basename(full) : undefined);
  }
  return [...only].map(([root, list]) => ({ root, only: list }));
}

function add(places: Map<string, string[] | undefined>, root: string, path: string | undefined): void {
  const before = places.get(root);
  if (path === undefined || (places.has(root) && before === undefined)) places.set(root, undefined);
  else places.set(root, [...(before ?? []), path]);
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  const above = dirname(folder);
  return above !== folder && isInRepository(above);
}

/** Whether a repository begins between a folder and the one that it is in. */
function hasOwnRepository(folder: string, above: string): boolean {
  if (folder === above) return false;
  return existsSync(join(folder, ".git")) || hasOwnRepository(dirname(folder), above);
}

function noSuchPath(path: string): Problem {
  return { code: "GTY2504", what: `there is no ${path}`, fix: "Name a file or folder that is there." };
}

/** Whether a file is one of those, or lies in a folder of those. */
export function isWithin(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => path === "" || file === path || file.startsWith(`${path}/`));
}
