import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "../../src/base/errors.ts";
import { palette } from "../../src/cli/output/palette.ts";
import { type ProblemStyle, problemsText, problemText } from "../../src/cli/output/problems.ts";

const style: ProblemStyle = { paint: palette(false), columns: 80, breakEvidence: false };
const unknown: Problem = {
  code: "GTY1004",
  what: 'api uses "databse", and the stack has no service of that name',
  why: "uses names other services of the same stack: db, cache, worker and edge are there",
  fix: 'Write "database", or add the service.',
  file: "stack.ts",
  line: 14,
  column: 22,
  path: "services.api.uses[0]",
};

test("a problem says what, where, why, what to do, and shows its evidence", () => {
  const text = problemText(
    { ...unknown, evidence: ['  uses: [\u001b[31m"databse"\u001b[0m],'] },
    "error",
    style,
  );
  assert.equal(
    text,
    `error GTY1004  api uses "databse", and the stack has no service of that name
  at   stack.ts:14:22  services.api.uses[0]
  why  uses names other services of the same stack: db, cache, worker and edge
       are there
  fix  Write "database", or add the service.
       │   uses: ["databse"],`,
  );
});

test("long sentences go on below where they began", () => {
  const text = problemText(
    { code: "GTY5001", what: `api-1 ${"ended badly and ".repeat(6)}that was it` },
    "error",
    style,
  );
  assert.equal(
    text,
    `error GTY5001  api-1 ended badly and ended badly and ended badly and ended
               badly and ended badly and ended badly and that was it`,
  );
});

test("on a narrow terminal the sentence has lines of its own, and evidence is broken to fit", () => {
  const text = problemText({ ...unknown, evidence: ["x".repeat(60)] }, "error", {
    ...style,
    columns: 50,
    breakEvidence: true,
  });
  assert.equal(text.split("\n")[0], "error GTY1004");
  for (const line of text.split("\n")) assert.ok(line.length < 50, line);
});

test("several are sorted by place, said once each, and counted", () => {
  const other: Problem = { code: "GTY1001", what: "the stack has no name", file: "stack.ts", line: 3 };
  const text = problemsText([unknown, other, { ...unknown }], "error", style);
  assert.equal(text.match(/GTY1004/g)?.length, 1);
  assert.ok(text.indexOf("GTY1001") < text.indexOf("GTY1004"));
  assert.ok(text.endsWith("\n\n2 errors"));
});

test("of two that say the same, the one with more evidence is kept", () => {
  const text = problemsText([unknown, { ...unknown, evidence: ["proof"] }], "error", style);
  assert.match(text, /│ proof/);
  assert.doesNotMatch(text, /errors/);
});
