/** An entry to write. */
export interface NewEntry {
  readonly path: string;
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly link?: string;
}

/** A tar archive (ustar, with GNU long names where a path needs one). */
export function tar(entries: readonly NewEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    if (Buffer.byteLength(entry.path) > 100) {
      parts.push(header({ path: "././@LongLink", type: "L" }, Buffer.byteLength(entry.path) + 1));
      parts.push(padded(Buffer.from(`${entry.path}\0`)));
    }
    const content = Buffer.from(entry.content ?? "");
    parts.push(header(entry, content.length), padded(content));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function header(entry: NewEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
  };
  block.write(entry.path.slice(0, 100), 0, "utf8");
  octal(entry.mode ?? 0o644, 100, 8);
  octal(entry.uid ?? 0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(entry.type ?? "0", 156, "latin1");
  block.write(entry.link ?? "", 157, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
