import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { join, sep } from "node:path";
import { compareText } from "../base/errors.ts";
import { humanBytes } from "../base/units.ts";
import type { ProjectFiles } from "./facts.ts";
import { fileKindOf } from "./paths.ts";

/** Limits of a walk; the defaults fit large repositories. */
export interface DiskLimits {
  /** Files that are listed; more are passed over, with a note. */
  readonly mostFiles?: number;
  /** Bytes of a file that is read; larger ones are passed over, with a note. */
  readonly largestFile?: number;
  /** Folders below each other. */
  readonly deepest?: number;
  /** Called once when there are more than a thousand files, before the others are looked for. */
  readonly whenMany?: () => void;
}

/** Folders that no build file of the project is in; listed with a slash at the end, and not entered. */
const passedOver = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  ".venv",
  "venv",
  "__pycache__",
  ".tox",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".next",
  ".nuxt",
  ".turbo",
  ".gradle",
  ".terraform",
  ".idea",
  ".cache",
]);

const manyFiles = 1000;

/** Bytes of a file that are read into a space that all files share: to make one for each, and sweep it up, takes longer. */
const sharedBytes = 65_536;

/**
 * The files of a folder on disk. Links are followed only for reading and only while they stay inside the folder;
 * devices, sockets and pipes are never opened. The folder is walked once, when its list is first asked for.
 */
export function diskFiles(root: string, limits: DiskLimits = {}): ProjectFiles {
  const { mostFiles = 200_000, largestFile = 4_000_000, deepest = 40, whenMany } = limits;
  const notes = new Set<string>();
  const realRoot = realpathSync.native(root);
  let paths: readonly string[] | undefined;
  let shared: Buffer | undefined;
  const walk = (): readonly string[] => {
    const found: string[] = [];
    let many = false;
    const waiting: { readonly folder: string; readonly depth: number }[] = [{ folder: "", depth: 0 }];
    while (waiting.length > 0) {
      const { folder, depth } = waiting.pop() as { folder: string; depth: number };
      let entries: ReturnType<typeof entriesOf>;
      try {
        entries = entriesOf(join(realRoot, folder));
      } catch {
        notes.add(`${folder || "."} could not be read`);
        continue;
      }
      for (const { name, directory } of entries) {
        // Joined, not added up: that keeps its pieces.
        const path = folder === "" ? name : [folder, name].join("/");
        if (!directory) found.push(path);
        else if (passedOver.has(name) || isVendored(join(realRoot, path), name)) found.push(`${path}/`);
        else if (depth >= deepest)
          notes.add(`${path} lies more than ${deepest} folders deep and was passed over`);
        else waiting.push({ folder: path, depth: depth + 1 });
      }
      if (found.length > manyFiles && !many) {
        many = true;
        whenMany?.();
      }
      if (found.length > mostFiles) {
        notes.add(`there are more than ${mostFiles} files: the rest was passed over`);
        break;
      }
    }
    return found.sort(compareText);
  };
  const read = (path: string): string | undefined => {
    try {
      const real = realpathSync.native(join(realRoot, path));
      if (real !== realRoot && !real.startsWith(realRoot + sep)) {
        if (fileKindOf(path) !== undefined) notes.add(`${path} is a link that leads out of the folder`);
        return undefined;
      }
      if (!lstatSync(real).isFile()) return undefined;
      shared ??= Buffer.alloc(sharedBytes);
      return readText(real, path, { largestFile, notes, shared });
    } catch {
      return undefined;
    }
  };
  return {
    list: () => {
      paths ??= walk();
      return paths;
    },
    read,
    executable: (path) => {
      if (process.platform === "win32") return undefined;
      const mode = statSync(join(realRoot, path), { throwIfNoEntry: false })?.mode;
      return mode === undefined ? undefined : (mode & 0o111) !== 0;
    },
    notes: () => [...notes].sort(compareText),
  };
}

/** Whether a folder holds other people's code, by the files that Go and Composer leave in it. */
function isVendored(folder: string, name: string): boolean {
  return name === "vendor" && ["modules.txt", "autoload.php"].some((mark) => existsSync(join(folder, mark)));
}

function entriesOf(folder: string): readonly { readonly name: string; readonly directory: boolean }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isFile() || entry.isSymbolicLink())
    .map((entry) => ({ name: entry.name, directory: entry.isDirectory() }));
}

function readText(
  real: string,
  path: string,
  {
    largestFile,
    notes,
    shared,
  }: { readonly largestFile: number; readonly notes: Set<string>; readonly shared: Buffer },
): string | undefined {
  const handle = openSync(real, "r");
  try {
    const { size } = fstatSync(handle);
    if (size > largestFile) {
      notes.add(`${path} has ${humanBytes(size)} and was passed over`);
      return undefined;
    }
    const buffer = size <= shared.length ? shared : Buffer.alloc(size);
    const count = readSync(handle, buffer, 0, size, 0);
    const content = buffer.subarray(0, count);
    if (isBinary(content)) {
      notes.add(`${path} is a binary file and was passed over`);
      return undefined;
    }
    return content.toString("utf8");
  } finally {
    closeSync(handle);
  }
}

/** A zero byte near the beginning: what Git takes as the sign of a binary file. */
function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8000).includes(0);
}
