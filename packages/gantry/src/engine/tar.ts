/** A file or folder to put into an archive. */
export interface TarEntry {
  /** Path in the archive, with forward slashes and without a leading one. */
  readonly path: string;
  /** Bytes of a file, a folder, or where a link leads. */
  readonly content: Uint8Array | "folder" | { readonly link: string };
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly time: number;
}

const block = 512;

/**
 * An archive in the format of POSIX (ustar); paths that do not fit its fields are given in a pax header before.
 * Only plain files, folders and links: more is not needed to bring files into a container.
 */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = entry.content instanceof Uint8Array ? Buffer.from(entry.content) : Buffer.alloc(0);
    const path = entry.content === "folder" ? `${entry.path}/` : entry.path;
    const long = Buffer.byteLength(path) > 100 ? longPath(path, entry) : [];
    return [...long, header(path, entry, content.length, kindOf(entry.content)), ...padded(content)];
  });
  return Buffer.concat([...parts, Buffer.alloc(block * 2)]);
}

function longPath(path: string, entry: TarEntry): readonly Buffer[] {
  // The record says its own length, with the digits of the length counted too.
  const rest = ` path=${path}\n`;
  let length = Buffer.byteLength(rest);
  while (String(length).length + Buffer.byteLength(rest) !== length)
    length = String(length).length + Buffer.byteLength(rest);
  const record = Buffer.from(`${length}${rest}`);
  return [header("pax", entry, record.length, "x"), ...padded(record)];
}

function kindOf(content: TarEntry["content"]): "0" | "2" | "5" {
  if (content === "folder") return "5";
  return content instanceof Uint8Array ? "0" : "2";
}

function header(path: string, entry: TarEntry, size: number, kind: "0" | "2" | "5" | "x"): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => {
    bytes.write(value.toString(8).padStart(length - 1, "0"), at, length - 1, "ascii");
  };
  bytes.write(path, 0, 100, "utf8");
  octal(entry.mode, 100, 8);
  octal(entry.uid, 108, 8);
  octal(entry.gid, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(entry.time), 136, 12);
  bytes.write(kind, 156, 1, "ascii");
  if (typeof entry.content === "object" && "link" in entry.content)
    bytes.write(entry.content.link, 157, 100, "utf8");
  bytes.write("ustar\u000000", 257, 8, "ascii");
  // The sum is taken with its own field full of spaces.
  bytes.fill(" ", 148, 156);
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  bytes[154] = 0;
  return bytes;
}

function padded(content: Buffer): readonly Buffer[] {
  const over = content.length % block;
  return over === 0 ? [content] : [content, Buffer.alloc(block - over)];
}
