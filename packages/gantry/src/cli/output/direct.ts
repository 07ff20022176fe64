import { fstatSync, statSync, writeSync } from "node:fs";
import type { OutputStream } from "./writer.ts";

/** How long to wait for a reader whose pipe is full, in milliseconds. */
const patience = 5;

/**
 * A stream that writes at once, for a file, a pipe, a socket (what Node gives its child processes) or nowhere; `undefined`
 * for terminals, which need Node's own. Node loads all of its streams, and for some the network, for `process.stdout`,
 * which takes longer than reading a Dockerfile.
 */
export function directStream(descriptor: 1 | 2): OutputStream | undefined {
  try {
    const kind = fstatSync(descriptor);
    const plain = kind.isFIFO() || kind.isFile() || kind.isSocket();
    if (!plain && kind.rdev !== statSync("/dev/null").rdev) return undefined;
  } catch {
    return undefined;
  }
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = [];
  return {
    write: (text) => {
      try {
        writeWhole(descriptor, Buffer.from(text));
      } catch (error) {
        for (const listener of listeners) listener(error as NodeJS.ErrnoException);
      }
    },
    on: (event: string, listener: (error: NodeJS.ErrnoException) => void) => {
      if (event === "error") listeners.push(listener);
    },
  };
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, patience);
    }
  }
}
