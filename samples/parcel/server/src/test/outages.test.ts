import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOutages } from "../outages.ts";

test("of many errors of a part the first is logged at once, and then one in ten seconds", () => {
  const lines: unknown[] = [];
  let time = 0;
  const report = reportOutages(
    { warn: (properties: unknown, message: string) => void lines.push([message, properties]) } as never,
    () => time,
  );
  const error = new Error("connect ECONNREFUSED");
  for (time = 0; time < 10_000; time += 1_000) report("the queue")(error);
  report("the cache")(error);
  report("the queue")(error);
  assert.deepEqual(lines, [
    ["the queue does not answer", { err: error }],
    ["the cache does not answer", { err: error }],
    ["the queue does not answer", { err: error, leftOut: 9 }],
  ]);
});
