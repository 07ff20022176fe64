import type { ByteReader } from "./bytes.ts";

/** An entry of a tar archive; its content must be read (or passed over) before the next one. */
export interface TarEntry {
  /** As written, without `./` before and `/` after it. */
  readonly path: string;
  /** `0` file, `1` hard link, `2` symbolic link, `3` and `4` devices, `5` folder, `6` pipe. */
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly link: string;
}

const block = 512;
/** Longest extended header that is read; names are at most some kilobytes. */
const longestHeader = 1024 * 1024;

/**
 * The entries of a tar archive (ustar, GNU long names, pax), in order. `use` must take exactly the bytes of the entry
 * from the reader, or none; what it leaves is passed over.
 */
export async function readTar(
  reader: ByteReader,
  use: (entry: TarEntry, content: () => AsyncGenerator<Uint8Array>) => Promise<void>,
): Promise<void> {
  let pax: ReadonlyMap<string, string> = new Map();
  let longName: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const header = Buffer.from(await reader.take(block));
    if (header.length < block || header.every((byte) => byte === 0)) return;
    const type = header[156] === 0 ? "0" : String.fromCharCode(header[156] as number);
    const size = Number(pax.get("size") ?? numberAt(header, 124, 12));
    const padded = Math.ceil(size / block) * block;
    if (!Number.isSafeInteger(size) || size < 0) throw new Error("an entry of the archive has no valid size");
    if (type === "x" || type === "g" || type === "L" || type === "K") {
      if (size > longestHeader) throw new Error("a header of the archive is too long");
      const text = Buffer.from(await reader.take(padded)).subarray(0, size);
      if (type === "x") pax = paxRecords(text);
      else if (type === "L") longName = textOf(text);
      else if (type === "K") longLink = textOf(text);
      continue;
    }
    const entry: TarEntry = {
      path: cleanPath(pax.get("path") ?? longName ?? nameIn(header)),
      type,
      size: type === "0" || type === "7" ? size : 0,
      mode: numberAt(header, 100, 8) & 0o7777,
      uid: Number(pax.get("uid") ?? numberAt(header, 108, 8)),
      gid: Number(pax.get("gid") ?? numberAt(header, 116, 8)),
      link: pax.get("linkpath") ?? longLink ?? textOf(header.subarray(157, 257)),
    };
    pax = new Map();
    longName = undefined;
    longLink = undefined;
    let left = size;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      for await (const part of reader.portions(left)) {
        left -= part.length;
        yield part;
      }
    };
    await use(entry, content);
    await reader.skip(left + padded - size);
  }
}

function nameIn(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const prefix =
    header.subarray(257, 262).toString("latin1") === "ustar" ? textOf(header.subarray(345, 500)) : "";
  // GNU archives use the place of the prefix for other things.
  const isGnu = header.subarray(257, 265).toString("latin1") === "ustar  \0";
  return prefix === "" || isGnu ? name : `${prefix}/${name}`;
}

/** Octal text, or GNU's binary form for large numbers. */
function numberAt(header: Buffer, start: number, length: number): number {
  const first = header[start] as number;
  if (first >= 0x80) {
    let value = first & 0x3f;
    for (let at = start + 1; at < start + length; at++) value = value * 256 + (header[at] as number);
    return value;
  }
  const text = header
    .toString("latin1", start, start + length)
    .replace(/[\0 ]+$/, "")
    .trim();
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function paxRecords(text: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf(0x20, at);
    const length = blank === -1 ? Number.NaN : Number(text.toString("latin1", at, blank));
    if (!Number.isInteger(length) || length <= 0) break;
    const record = text.toString("utf8", blank + 1, at + length - 1);
    const equals = record.indexOf("=");
    if (equals !== -1) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}

function cleanPath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
}
