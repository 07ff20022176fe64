import type { Readable, Writable } from "node:stream";

/** A terminal to ask at, as far as that takes. */
export interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
}

/**
 * A value from standard input: asked for without echo at a terminal, read to its end otherwise, without the line end
 * that `echo` adds. `undefined` when the person gave up with Ctrl-C or Ctrl-D.
 */
export async function readSecretValue(
  input: Keyboard,
  output: Writable,
  question: string,
): Promise<string | undefined> {
  if (input.isTTY !== true || input.setRawMode === undefined) {
    const parts: Buffer[] = [];
    for await (const part of input) parts.push(Buffer.from(part as Buffer));
    return Buffer.concat(parts)
      .toString("utf8")
      .replace(/\r?\n$/, "");
  }
  output.write(question);
  input.setRawMode(true);
  input.resume();
  try {
    return await typed(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    output.write("\n");
  }
}

/** Keys until Enter. Nothing is shown, not even how many there are. */
function typed(input: Keyboard): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const end = (value: string | undefined): void => {
      input.off("data", take);
      input.off("end", leave);
      resolve(value);
    };
    const leave = (): void => end(undefined);
    const take = (data: Buffer | string): void => {
      for (const key of String(data)) {
        if (key === "\r" || key === "\n" || key === "\u0003" || key === "\u0004") {
          end(key === "\r" || key === "\n" ? text : undefined);
          return;
        }
        if (key === "\u007f" || key === "\b") text = [...text].slice(0, -1).join("");
        else if (key === "\u0015") text = "";
        else text += key;
      }
    };
    input.on("data", take);
    input.on("end", leave);
  });
}
