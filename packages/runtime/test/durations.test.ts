import assert from "node:assert/strict";
import { test } from "node:test";
import { type Duration, formatDuration, milliseconds } from "../src/durations.ts";

test("durations are numbers of milliseconds or numbers with a unit", () => {
  const cases: readonly (readonly [Duration, number])[] = [
    [250, 250],
    ["500ms", 500],
    ["2s", 2_000],
    ["1.5s", 1_500],
    ["1m", 60_000],
    ["2h", 7_200_000],
  ];
  for (const [duration, expected] of cases) assert.equal(milliseconds(duration), expected);
});

test("what is no duration is refused with the way to write it", () => {
  for (const wrong of ["2", "s", "-1s", "2 days", ""]) {
    assert.throws(() => milliseconds(wrong as Duration), /is not a duration. Write a number and a unit/);
  }
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => milliseconds(wrong), TypeError);
});

test("durations print in the unit that people read", () => {
  assert.equal(formatDuration("250ms"), "250ms");
  assert.equal(formatDuration(2_000), "2s");
  assert.equal(formatDuration(1_500), "1.5s");
});
