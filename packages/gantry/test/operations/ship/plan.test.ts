import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GantryError } from "../../../src/base/errors.ts";
import { chooseGeneration } from "../../../src/operations/rollback.ts";
import { leftBehind } from "../../../src/operations/ship/left-behind.ts";
import type { GenerationRecord, Present, Target } from "../../../src/operations/ship/model.ts";
import { planDeploy, startWaves } from "../../../src/operations/ship/plan.ts";
import { planLines } from "../../../src/operations/ship/words.ts";

function target(service: string, part: Partial<Target> = {}): Target {
  return {
    service,
    role: "application",
    replicas: 1,
    configHash: "hash",
    reference: `${service}:latest`,
    image: "new",
    alone: undefined,
    routed: false,
    before: [],
    graceMs: 30_000,
    ...part,
  };
}

function present(service: string, number: number, part: Partial<Present> = {}): Present {
  return {
    id: `${service}-${number}`,
    name: `shop-production-${service}-${number}`,
    service,
    number,
    image: "new",
    reference: `${service}:latest`,
    configHash: "hash",
    running: true,
    succeeded: false,
    ...part,
  };
}

const step = (plan: ReturnType<typeof planDeploy>, service: string) =>
  plan.steps.find((one) => one.service === service);

describe("what a deploy would do", () => {
  test("nothing, when everything runs as it should", () => {
    const plan = planDeploy([target("api", { replicas: 2 })], [present("api", 3), present("api", 4)]);
    assert.deepEqual(plan.steps, []);
    assert.deepEqual(plan.unchanged, ["api"]);
  });

  test("new ones beside the old, when the image differs", () => {
    const old = [present("api", 1, { image: "old" }), present("api", 2, { image: "old" })];
    const api = step(planDeploy([target("api", { replicas: 2 })], old), "api");
    assert.equal(api?.how, "beside");
    assert.equal(api?.create, 2);
    assert.deepEqual(api?.remove, old);
    assert.deepEqual(api?.reasons, ["its image changed"]);
  });

  test("only what is missing, when one of them is outdated", () => {
    const there = [present("api", 1, { configHash: "other" }), present("api", 2)];
    const api = step(planDeploy([target("api", { replicas: 2 })], there), "api");
    assert.deepEqual(
      api?.keep.map(({ number }) => number),
      [2],
    );
    assert.deepEqual(
      api?.remove.map(({ number }) => number),
      [1],
    );
    assert.equal(api?.create, 1);
  });

  test("in place, when two may never run at once; started, when none runs", () => {
    const alone = target("clock", { alone: "it may only ever run once" });
    assert.equal(
      step(planDeploy([alone], [present("clock", 1, { image: "old" })]), "clock")?.how,
      "in place",
    );
    assert.equal(step(planDeploy([alone], [present("clock", 1, { running: false })]), "clock")?.how, "start");
    assert.equal(step(planDeploy([alone], []), "clock")?.how, "start");
  });

  test("the newest numbers go first when there are too many", () => {
    const there = [1, 2, 3].map((number) => present("api", number));
    const api = step(planDeploy([target("api", { replicas: 1 })], there), "api");
    assert.equal(api?.how, "remove");
    assert.deepEqual(
      api?.remove.map(({ number }) => number),
      [2, 3],
    );
  });

  test("what the stack has no more goes", () => {
    const plan = planDeploy([target("api")], [present("api", 1), present("ghost", 1)]);
    assert.deepEqual(
      plan.steps.map(({ service, how }) => [service, how]),
      [["ghost", "remove"]],
    );
  });

  test("an image that is not in the engine is not taken for another one", () => {
    assert.deepEqual(
      planDeploy([target("db", { image: undefined })], [present("db", 1, { image: "any" })]).steps,
      [],
    );
  });

  test("jobs run when they are outdated and what needs them starts; never for a rollback", () => {
    const targets = [target("migrate", { role: "job" }), target("api", { before: ["migrate"] })];
    const done = present("migrate", 1, { running: false, succeeded: true });
    const old = present("api", 1, { image: "old" });
    assert.deepEqual(planDeploy(targets, [{ ...done, image: "old" }, old]).jobs, ["migrate"]);
    assert.deepEqual(planDeploy(targets, [{ ...done, succeeded: false }, old]).jobs, ["migrate"]);
    assert.deepEqual(planDeploy(targets, [done, old]).jobs, []);
    assert.deepEqual(planDeploy(targets, [{ ...done, image: "old" }, present("api", 1)]).jobs, []);
    assert.deepEqual(planDeploy(targets, [{ ...done, image: "old" }, old], { jobs: false }).jobs, []);
  });

  test("a changed secret replaces those that read it", () => {
    const plan = planDeploy([target("api")], [present("api", 1)], { force: new Set(["api"]) });
    assert.deepEqual(step(plan, "api")?.reasons, ["a secret that it reads changed"]);
  });

  test("in words: databases first, then jobs, then the rest; and how long who is away", () => {
    const targets = [
      target("api", { before: ["migrate"], routed: true }),
      target("db", { role: "database", alone: "one server writes the data folder" }),
      target("edge", { role: "gateway", alone: "it owns the host's port" }),
      target("migrate", { role: "job" }),
    ];
    const old = ["api", "db", "edge"].map((service) => present(service, 1, { image: "old" }));
    const lines = planLines(planDeploy(targets, old), [record(1, { away: { edge: 900 } })]);
    assert.deepEqual(
      lines.map(({ service }) => service),
      ["db", "migrate", "api", "edge"],
    );
    assert.match(lines[0]?.away ?? "", /^1 s to 32 s/);
    assert.match(lines[2]?.what ?? "", /the gateway moves requests/);
    assert.equal(lines[2]?.away, undefined);
    assert.equal(lines[3]?.away, "about 0.9 s, as the last time");
  });
});

test("waves: each needs only what is in earlier ones, and a circle does not hang", () => {
  const needs = new Map([
    ["edge", ["api"]],
    ["api", ["db"]],
    ["worker", ["db"]],
  ]);
  assert.deepEqual(startWaves(["edge", "api", "worker", "db"], needs), [["db"], ["api", "worker"], ["edge"]]);
  assert.deepEqual(
    startWaves(
      ["a", "b"],
      new Map([
        ["a", ["b"]],
        ["b", ["a"]],
      ]),
    ),
    [["a", "b"]],
  );
});

describe("what a run that was cut off has left behind", () => {
  const old = { id: "api-1", name: "shop-production-api-1", service: "api" };
  const journal = { fresh: [], before: ["api-1"], keep: [], remove: [old] };

  test("what was not there before, as long as the old is still there", () => {
    const there = [present("api", 1), present("api", 2)];
    assert.deepEqual(
      leftBehind(journal, there).map(({ id }) => id),
      ["api-2"],
    );
  });

  test("nothing, when somebody has replaced the old since: that is what serves", () => {
    assert.deepEqual(leftBehind(journal, [present("api", 2)]), []);
    const written = { ...journal, fresh: [{ ...old, id: "api-2" }] };
    assert.deepEqual(leftBehind(written, [present("api", 3)]), []);
  });
});

describe("which generation to go back to", () => {
  test("the one before, by content: going back twice goes back twice", () => {
    const history = [record(1), record(2), record(3), record(4, { kind: "rollback", content: 2 })];
    assert.equal(chooseGeneration(history.slice(0, 3), undefined).generation, 2);
    assert.equal(chooseGeneration(history, undefined).generation, 1);
    assert.equal(chooseGeneration(history, 3).generation, 3);
    assert.equal(chooseGeneration(history, 4).generation, 2);
  });

  test("never one that failed", () => {
    const history = [record(1), record(2, { outcome: "failed" }), record(3)];
    assert.equal(chooseGeneration(history, undefined).generation, 1);
    assert.throws(
      () => chooseGeneration(history, 2),
      (error: unknown) => error instanceof GantryError && error.problems[0]?.code === "GTY6007",
    );
    assert.throws(() => chooseGeneration([record(1)], undefined), /no generation/);
  });
});

function record(generation: number, part: Partial<GenerationRecord> = {}): GenerationRecord {
  return {
    format: 1,
    generation,
    kind: "deploy",
    content: generation,
    outcome: "ok",
    startedAt: 0,
    durationMs: 1,
    by: "ada",
    changed: [],
    services: {},
    ...part,
  };
}
