import assert from "node:assert/strict";
import type { VerifyReport } from "../packages/gantry/src/operations/verify/index.ts";
import type { RunningSample } from "./sample.ts";

/**
 * Runs `gantry verify` with all that interrupts service, and asserts that nothing failed and that every group saw
 * something, but for those named, which this stack gives nothing to look at.
 */
export async function assertVerified(
  sample: RunningSample,
  options: { readonly nothingFor?: readonly string[] } = {},
): Promise<VerifyReport> {
  const { out } = await sample.gantry(["verify", "--disruptive", "--format", "json"], { mayFail: true });
  const last = out.trim().split("\n").at(-1) ?? "";
  const { result } = JSON.parse(last) as { readonly result?: VerifyReport };
  assert.ok(result !== undefined, out);
  const all = result.groups.flatMap(({ results }) => results);
  assert.deepEqual(
    all.filter(({ outcome }) => outcome === "failed"),
    [],
  );
  const silent = result.groups
    .filter(({ results }) => results.every(({ outcome }) => outcome === "skipped"))
    .map(({ name }) => name);
  assert.deepEqual(silent, options.nothingFor ?? []);
  console.log(
    `verify: ${result.passed} passed, ${result.warnings} warned of, ${result.skipped} skipped in ${(result.durationMs / 1000).toFixed(1)} s`,
  );
  return result;
}
