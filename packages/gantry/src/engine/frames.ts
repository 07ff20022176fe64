import { StringDecoder } from "node:string_decoder";

/** Which of a process's outputs something came from. */
export type Stream = "stdout" | "stderr";

/** A piece of output, as it arrived: it may begin or end in the middle of a line. */
export interface Chunk {
  readonly stream: Stream;
  readonly data: Buffer;
}

/** A whole line of output, without its end. */
export interface Line {
  readonly stream: Stream;
  readonly text: string;
}

/**
 * Takes the engine's multiplexed output apart. Each frame has a header of eight bytes: the stream (1 is standard
 * output, 2 standard error), three zero bytes, and the length of what follows as a big-endian number.
 */
export async function* demultiplex(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Chunk, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let at = 0;
    while (rest.length - at >= 8) {
      const length = rest.readUInt32BE(at + 4);
      if (rest.length - at - 8 < length) break;
      const stream = rest[at] === 2 ? "stderr" : "stdout";
      yield { stream, data: rest.subarray(at + 8, at + 8 + length) };
      at += 8 + length;
    }
    rest = rest.subarray(at);
  }
}

/** Output of a container with a terminal: one stream, no frames. */
export async function* singleStream(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Chunk, void, undefined> {
  for await (const piece of source) yield { stream: "stdout", data: Buffer.from(piece) };
}

/** Longest line that is kept whole; a process that never ends a line must not fill the memory. */
const longestLine = 1_000_000;

/** Puts pieces together to lines, each stream for itself; what follows the last line end comes as a line too. */
export class LineSplitter {
  readonly #stream: Stream;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Lines that are complete now. */
  push(data: Buffer): readonly Line[] {
    const parts = (this.#rest + this.#decoder.write(data)).split("\n");
    this.#rest = parts.pop() ?? "";
    if (this.#rest.length > longestLine) {
      parts.push(this.#rest);
      this.#rest = "";
    }
    return parts.map((part) => this.#line(part));
  }

  /** What is left when nothing more comes. */
  end(): readonly Line[] {
    const last = this.#rest + this.#decoder.end();
    this.#rest = "";
    return last === "" ? [] : [this.#line(last)];
  }

  #line(text: string): Line {
    return { stream: this.#stream, text: text.endsWith("\r") ? text.slice(0, -1) : text };
  }
}

/** Lines of a multiplexed output, in the order in which they ended. */
export async function* lines(chunks: AsyncIterable<Chunk>): AsyncGenerator<Line, void, undefined> {
  const splitters = { stdout: new LineSplitter("stdout"), stderr: new LineSplitter("stderr") };
  for await (const { stream, data } of chunks) yield* splitters[stream].push(data);
  yield* splitters.stdout.end();
  yield* splitters.stderr.end();
}

/** One JSON value per line, as the engine's event stream sends them. */
export async function* jsonLines<T>(source: AsyncIterable<Uint8Array>): AsyncGenerator<T, void, undefined> {
  for await (const { text } of lines(singleStream(source))) {
    if (text.trim() !== "") yield JSON.parse(text) as T;
  }
}
