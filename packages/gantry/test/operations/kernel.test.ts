import assert from "node:assert/strict";
import { test } from "node:test";
import { isMet, type KernelReading, kernelProblems } from "../../src/operations/kernel.ts";

const reading = (
  service: string,
  setting: string,
  need: KernelReading["need"],
  found: number | undefined,
): KernelReading => ({ service, setting, need, found });
const maps = { atLeast: 1_048_576, why: "It maps files." };
const overcommit = { equals: 1, why: "It forks." };

test("what is wanted at least may be more, what is wanted exactly may not, and what nobody could read is not met", () => {
  assert.ok(isMet(reading("a", "vm.max_map_count", maps, 1_048_576)));
  assert.ok(isMet(reading("a", "nofile", maps, Number.POSITIVE_INFINITY)));
  assert.ok(!isMet(reading("a", "vm.max_map_count", maps, 65_530)));
  assert.ok(isMet(reading("a", "vm.overcommit_memory", overcommit, 1)));
  assert.ok(!isMet(reading("a", "vm.overcommit_memory", overcommit, 2)));
  assert.ok(!isMet(reading("a", "vm.overcommit_memory", overcommit, undefined)));
});

test("a setting is said once, whoever wants it, with the command that makes it so and the file that keeps it so", () => {
  const problems = kernelProblems([
    reading("queue", "vm.overcommit_memory", overcommit, 0),
    reading("sessions", "vm.overcommit_memory", overcommit, 0),
    reading("prices", "vm.max_map_count", maps, 65_530),
    reading("prices", "nofile", maps, 20_000),
    reading("other", "vm.max_map_count", maps, undefined),
  ]);
  assert.deepEqual(
    problems.map(({ what }) => what),
    [
      "vm.overcommit_memory is 0 on the engine's machine; queue and sessions want 1",
      "vm.max_map_count is 65530 on the engine's machine; prices wants at least 1048576",
      "prices may have 20000 files open; wanted are at least 1048576",
    ],
  );
  assert.match(problems[0]?.fix ?? "", /sysctl -w vm\.overcommit_memory=1`.*\/etc\/sysctl\.d\//);
  assert.match(problems[2]?.fix ?? "", /default-ulimits/);
});
