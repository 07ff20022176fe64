import { crc32 } from "node:zlib";
import type { ByteReader } from "./bytes.ts";
import type { InspectedFile } from "./model.ts";
import { readTar, type TarEntry } from "./tar.ts";

/** Which file contents to keep: asked with the path alone first, then with the text. */
export interface KeepText {
  /** Whether the content may matter at all, told by path and size. */
  readonly mayMatter: (path: string, size: number) => boolean;
  /** Whether this text is to be kept. */
  readonly keep: (path: string, text: string) => boolean;
}

/** The files of one layer's tar archive. */
export async function readLayer(reader: ByteReader, keepText: KeepText): Promise<readonly InspectedFile[]> {
  const files: InspectedFile[] = [];
  await readTar(reader, async (entry, content) => {
    if (entry.path === "") return;
    files.push(await fileOf(entry, content, keepText));
  });
  return files;
}

async function fileOf(
  entry: TarEntry,
  content: () => AsyncGenerator<Uint8Array>,
  keepText: KeepText,
): Promise<InspectedFile> {
  const { mode, uid, gid } = entry;
  const slash = entry.path.lastIndexOf("/");
  const name = entry.path.slice(slash + 1);
  const folder = entry.path.slice(0, slash + 1);
  const empty = { size: 0, mode, uid, gid, linkTarget: undefined, checksum: undefined, text: undefined };
  if (name === ".wh..wh..opq") return { ...empty, path: `/${folder.replace(/\/$/, "")}`, kind: "opaque" };
  if (name.startsWith(".wh.")) return { ...empty, path: `/${folder}${name.slice(4)}`, kind: "whiteout" };
  const path = `/${entry.path}`;
  switch (entry.type) {
    case "0":
    case "7":
      break;
    case "1":
      return { ...empty, path, kind: "hardlink", linkTarget: `/${entry.link.replace(/^(?:\.?\/)+/, "")}` };
    case "2":
      return { ...empty, path, kind: "symlink", linkTarget: entry.link };
    case "5":
      return { ...empty, path, kind: "directory" };
    default:
      return { ...empty, path, kind: "other" };
  }
  const wanted = keepText.mayMatter(path, entry.size);
  const kept: Uint8Array[] = [];
  let checksum = 0;
  for await (const part of content()) {
    checksum = crc32(part, checksum);
    if (wanted) kept.push(part);
  }
  return { ...empty, path, kind: "file", size: entry.size, checksum, text: textOf(path, kept, keepText) };
}

function textOf(path: string, parts: readonly Uint8Array[], keepText: KeepText): string | undefined {
  if (parts.length === 0) return undefined;
  const bytes = Buffer.concat(parts);
  if (bytes.includes(0)) return undefined;
  const text = bytes.toString("utf8");
  return keepText.keep(path, text) ? text : undefined;
}
