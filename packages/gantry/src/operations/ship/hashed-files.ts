import { compareText } from "../../base/errors.ts";

/** A file that a page's container can serve by a name that never means anything else. */
export interface HashedFile {
  /** Below the folder that it lies in. */
  readonly path: string;
  readonly bytes: number;
  /** Generation that replaced the newest build which had it; written into the time of its copy. */
  readonly until: number;
}

/** Versions of a page, before the one that serves, whose files are kept. */
export const keptBuilds = 5;

/**
 * Which of the earlier files to bring: those of the newest builds first, as far as there is room. Of one build the small
 * ones come first: code and styles, without which a page stands still.
 */
export function chooseHashed(
  candidates: readonly HashedFile[],
  there: ReadonlySet<string>,
  roomBytes: number,
): { readonly chosen: readonly HashedFile[]; readonly left: readonly HashedFile[] } {
  const newest = new Map<string, HashedFile>();
  for (const file of candidates) {
    if (there.has(file.path) || isSourceMap(file.path)) continue;
    if (file.until > (newest.get(file.path)?.until ?? -1)) newest.set(file.path, file);
  }
  const builds = [...new Set([...newest.values()].map(({ until }) => until))].sort((a, b) => b - a);
  const oldest = builds.slice(0, keptBuilds).at(-1) ?? 0;
  const wanted = [...newest.values()]
    .filter(({ until }) => until >= oldest)
    .sort((a, b) => b.until - a.until || a.bytes - b.bytes || compareText(a.path, b.path));
  const chosen: HashedFile[] = [];
  const left: HashedFile[] = [];
  let room = roomBytes;
  for (const file of wanted) {
    const bytes = diskBytes(file.bytes);
    // One film must not push out the code of all builds before it.
    if (bytes > room) left.push(file);
    else {
      chosen.push(file);
      room -= bytes;
    }
  }
  return { chosen, left };
}

/** What a file takes of a memory-backed folder: whole pages. */
export function diskBytes(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096;
}

/** Lines of `stat -c '%Y %s %n'` below a folder; own files, which say no generation, are given one. */
export function hashedFilesIn(listing: string, until?: number): readonly HashedFile[] {
  return listing.split("\n").flatMap((line) => {
    const [, time, bytes, path] = /^(\d+) (\d+) \.\/(.+)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, bytes: Number(bytes), until: until ?? Number(time) }];
  });
}

/** Only developers' tools ask for them, and they are larger than all the rest. */
function isSourceMap(path: string): boolean {
  return /\.map(\.gz)?$/.test(path);
}
