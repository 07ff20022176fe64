import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { demultiplex, jsonLines, lines } from "../../src/engine/frames.ts";

function frame(stream: 1 | 2, text: string): Buffer {
  const data = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

async function* pieces(whole: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let i = 0; at < whole.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

test("lines are the same however the network cuts the stream", async () => {
  const whole = Buffer.concat([
    frame(1, "one\ntw"),
    frame(2, "error: ä"),
    frame(1, "o\n"),
    frame(2, "ö\r\nlast"),
    frame(1, ""),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), async (sizes) => {
      const found: string[] = [];
      for await (const line of lines(demultiplex(pieces(whole, sizes))))
        found.push(`${line.stream}:${line.text}`);
      assert.deepEqual(found, ["stdout:one", "stdout:two", "stderr:error: äö", "stderr:last"]);
    }),
  );
});

test("a character that is cut between frames is put together", async () => {
  const letter = Buffer.from("ü");
  const half = (from: number): Buffer => {
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 1]);
    return Buffer.concat([header, letter.subarray(from, from + 1)]);
  };
  const found: string[] = [];
  for await (const line of lines(demultiplex(pieces(Buffer.concat([half(0), half(1)]), [100]))))
    found.push(line.text);
  assert.deepEqual(found, ["ü"]);
});

test("JSON comes one value to a line", async () => {
  const found: unknown[] = [];
  for await (const value of jsonLines(pieces(Buffer.from('{"a":1}\n\n{"b":\n'.replace(":\n", ":2}\n")), [3])))
    found.push(value);
  assert.deepEqual(found, [{ a: 1 }, { b: 2 }]);
});
