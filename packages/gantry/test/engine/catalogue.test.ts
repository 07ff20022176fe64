import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { problems } from "../../src/engine/catalogue.ts";

const text = readFileSync(new URL("../../src/engine/catalogue.ts", import.meta.url), "utf8");
const codes = [...text.matchAll(/code: "(GTY\d+)"/g)].map((match) => match[1] as string);

test("every row has a code of its own, in the range of its kind", () => {
  assert.equal(codes.length, Object.keys(problems).length);
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) assert.match(code, /^GTY[345]0\d\d$/);
});

test("codes stand in order, so that the next free one is seen at once", () => {
  assert.deepEqual(codes, [...codes].sort());
});

test("words fit the number of what they are about", () => {
  assert.equal(problems.imagesMissing(["a"]).what, "a was not built yet");
  assert.equal(problems.imagesMissing(["a", "b"]).what, "a and b were not built yet");
  assert.match(problems.secretMissing("KEY", ["api"], "production", "f").why ?? "", /^api needs it/);
  assert.match(
    problems.secretMissing("KEY", ["api", "db"], "production", "f").why ?? "",
    /^api and db need it/,
  );
});

test("a problem without advice has none, rather than an empty one", () => {
  assert.ok(!("fix" in problems.unknownService("x", undefined, ["a"])));
  assert.ok(
    !(
      "line" in
      problems.buildFailed({
        image: "a",
        step: "s",
        command: undefined,
        reason: "r",
        file: undefined,
        line: undefined,
        evidence: [],
      })
    ),
  );
});
