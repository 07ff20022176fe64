import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Whether bytes that begin so are gzip or zstd. */
export function isCompressed(head: Uint8Array): boolean {
  const isZstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  return isZstd || isGzip(head);
}

/** The bytes unpacked; as they are when they are not compressed. */
export function decompressed(head: Uint8Array, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (!isCompressed(head)) return bytes;
  const source = Readable.from(bytes);
  const unpacked = isGzip(head) ? createGunzip() : createZstdDecompress();
  source.on("error", (error) => unpacked.destroy(error));
  return source.pipe(unpacked);
}
