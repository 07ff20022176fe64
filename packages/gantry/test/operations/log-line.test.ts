import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type LogLevel, parseLine, passes } from "../../src/operations/log-line.ts";
import { byTime, mergeSorted, Pool } from "../../src/operations/merge.ts";

const json: readonly (readonly [string, object, LogLevel | undefined, string | undefined, object])[] = [
  [
    "pino",
    { level: 50, time: 1, pid: 7, msg: "broken", reqId: "a" },
    "error",
    "broken",
    { pid: 7, reqId: "a" },
  ],
  ["pino in words", { level: "warn", msg: "hm" }, "warn", "hm", {}],
  ["python", { levelname: "CRITICAL", message: "down", asctime: "x" }, "fatal", "down", {}],
  ["structlog", { level: "info", event: "login", user: 3, timestamp: "t" }, "info", "login", { user: 3 }],
  [
    "rust",
    { timestamp: "t", level: "INFO", fields: { message: "ready", port: 80 }, target: "app" },
    "info",
    "ready",
    { target: "app", port: 80 },
  ],
  ["cloud", { severity: "NOTICE", message: "hello" }, "info", "hello", {}],
  ["lvl", { lvl: "dbug", msg: "x" }, undefined, "x", { lvl: "dbug" }],
  ["access log", { status: "502", uri: "/" }, "error", undefined, { status: "502", uri: "/" }],
  ["access log", { status: 200 }, "info", undefined, { status: 200 }],
  ["another thing with a status", { status: "ready" }, undefined, undefined, { status: "ready" }],
];
for (const [name, record, level, message, fields] of json)
  test(`JSON of ${name}: ${JSON.stringify(record)}`, () =>
    assert.deepEqual(parseLine(JSON.stringify(record)), { level, message, fields }));

const plain: readonly (readonly [string, LogLevel | undefined])[] = [
  ["2026/11/21 08:00:00 [warn] 7#7: something", "warn"],
  ["2026/11/21 08:00:00 [emerg] 1#1: host not found", "fatal"],
  ["2026-11-21 08:00:00.1 UTC [1] LOG:  ready", "info"],
  ["2026-11-21 08:00:00.1 UTC [1] FATAL:  no", "fatal"],
  ["WARNING:root:look", "warn"],
  ["WARNING look", "warn"],
  ["Information about errors", undefined],
  ["ERROR", "error"],
  ["{ not json", undefined],
  ["", undefined],
];
for (const [text, level] of plain)
  test(`text ${JSON.stringify(text)} is ${level ?? "without level"}`, () =>
    assert.deepEqual(parseLine(text), { level, message: undefined, fields: undefined }));

test("no line breaks the parser", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.ok(typeof parseLine(text) === "object");
    }),
  );
});

test("a filter lets its level and above through, and lines without a level only without a filter", () => {
  assert.deepEqual(
    (["debug", "warn", "fatal", undefined] as const).map((level) => passes(level, "warn")),
    [false, true, true, false],
  );
  assert.equal(passes(undefined, undefined), true);
});

async function* sequence(times: readonly number[]): AsyncGenerator<{ time: number }> {
  for (const time of times) yield { time };
}

test("sequences in order are merged in order, whatever they are", async () => {
  const sorted = fc.array(fc.integer()).map((list) => list.sort((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(fc.array(sorted), async (lists) => {
      const found: number[] = [];
      for await (const { time } of mergeSorted(lists.map(sequence), byTime)) found.push(time);
      assert.deepEqual(
        found,
        lists.flat().sort((a, b) => a - b),
      );
    }),
  );
});

test("a pool brings together what arrives at once, and ends when all have ended", async () => {
  const pool = new Pool(byTime);
  pool.add(sequence([3, 4]));
  pool.add(sequence([1, 2]));
  const found: number[] = [];
  for await (const { time } of pool.drain(new AbortController().signal)) found.push(time);
  assert.deepEqual(found, [1, 2, 3, 4]);
});

test("a pool gives what it has before it fails, and ends on abort", async () => {
  const pool = new Pool(byTime);
  pool.add(sequence([1]));
  pool.work(() => Promise.reject(new Error("lost")));
  const found: number[] = [];
  await assert.rejects(async () => {
    for await (const { time } of pool.drain(new AbortController().signal)) found.push(time);
  }, /lost/);
  assert.deepEqual(found, [1]);

  const endless = new Pool<{ time: number }>(byTime);
  endless.work(() => new Promise(() => {}));
  const stop = new AbortController();
  const end = endless.drain(stop.signal).next();
  stop.abort();
  assert.equal((await end).done, true);
});
