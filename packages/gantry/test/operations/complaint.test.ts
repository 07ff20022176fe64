import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerInspect } from "../../src/engine/api-types.ts";
import { complaint } from "../../src/operations/evidence.ts";

function probed(...results: readonly (readonly [exitCode: number, output: string])[]): ContainerInspect {
  const Log = results.map(([ExitCode, Output]) => ({ ExitCode, Output }));
  return { State: { Health: { Log } } } as unknown as ContainerInspect;
}

const nothing = [1, "nothing listens on port 9999\n"] as const;

test("a service that runs and does not get well says what its probe says", () => {
  assert.equal(
    complaint(probed(nothing, nothing, nothing, nothing, nothing)),
    "nothing listens on port 9999",
  );
});

test("the first probes of a start, and a start that gets well, say nothing", () => {
  assert.equal(complaint(probed(nothing, nothing)), undefined);
  assert.equal(complaint(probed(nothing, nothing, nothing, nothing, [0, "ok"])), undefined);
  assert.equal(complaint(undefined), undefined);
});
