import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { composeLabels, listContainers, ofProject } from "../../src/engine/containers.ts";
import { execInContainer } from "../../src/engine/exec.ts";
import { up } from "../../src/operations/up.ts";
import { checkGroups, type VerifyReport, verify } from "../../src/operations/verify/index.ts";
import { type Stage, setStage } from "./stage.ts";
import { type Faults, secretName, verifyStack } from "./verify-stack.ts";

const value = `token-${randomBytes(12).toString("hex")}`;

/** What a group found of one kind. */
function told(report: VerifyReport, group: string, outcome: string): string {
  const found = report.groups.find(({ name }) => name === group)?.results ?? [];
  return found
    .filter((result) => result.outcome === outcome)
    .map(({ what }) => what)
    .join("\n");
}

/** Every container with its state and health; nothing else may have come or gone. */
async function picture(stage: Stage): Promise<readonly string[]> {
  const containers = await listContainers(stage.engine, ofProject(`${stage.name}-dev`));
  return containers
    .map(({ Names, Status }) => `${Names[0]} ${/\((healthy)\)/.exec(Status)?.[1] ?? Status}`)
    .sort();
}

describe("verify", () => {
  before(async () => {
    await ensureImages(await ensureEngine(), ["node:24-trixie-slim", "redis:8-trixie"]);
    process.env[secretName] = value;
  });
  after(() => {
    delete process.env[secretName];
  });

  test("a sound stack passes every group, and is as it was", async () => {
    await using stage = await setStage(verifyStack());
    await up(stage.context());
    const before = await picture(stage);
    const report = await verify(stage.context());
    assert.deepEqual(
      report.groups.flatMap(({ results }) => results.filter(({ outcome }) => outcome !== "ok")),
      [],
    );
    assert.deepEqual(
      report.groups.map(({ name }) => name),
      checkGroups.map(({ name }) => name),
    );
    for (const { name, results } of report.groups) assert.ok(results.length > 0, name);
    assert.deepEqual(await picture(stage), before);
    const store = (await listContainers(stage.engine, ofProject(`${stage.name}-dev`))).find(
      ({ Labels }) => Labels[composeLabels.service] === "store",
    );
    const keys = await execInContainer(stage.engine, store?.Id ?? "", { command: ["redis-cli", "DBSIZE"] });
    assert.equal(keys.stdout.trim(), "0");
    assert.deepEqual(
      await listContainers(stage.engine, { label: [`dev.gantry.looks-at=${stage.name}-dev`] }),
      [],
    );
  });

  test("each group fails when what it looks at is broken", async () => {
    const faults: Faults = {
      leaked: value,
      // Root with a root that can be written to; it says that it is well whatever happens, and talks too much.
      api: "\n    restart: unless-stopped",
      apiVariables: `, LIES: "1", SAYS: "connecting with ${value}", TOKEN: "${value}"`,
      // Nobody starts it again, and its log goes nowhere.
      other: '\n    user: "1000:1000"\n    read_only: true\n    logging: { driver: none }',
      networks: { api: "inner", other: "inner, alone", store: "inner" },
      // Beside its data: what it writes is gone with the container.
      storeData: '\n    volumes: [ "data:/elsewhere" ]\n    tmpfs: [ "/data:uid=999,gid=999,mode=0700" ]',
      expect: { otherReplicas: 2, maps: Number.MAX_SAFE_INTEGER },
    };
    await using stage = await setStage(verifyStack(faults));
    await up(stage.context());
    const warnings = stage.events.filter((event) => event.kind === "warning").map(({ problem }) => problem);
    assert.equal(warnings.filter(({ code }) => code === "GTY5023").length, 1, "said once for both services");
    assert.match(
      warnings[0]?.what ?? "",
      /^vm\.max_map_count is \d+ on the engine's machine; api and store want/,
    );

    // A build over its budget ends by itself: the budget was lowered since.
    const context = stage.context();
    const lowered = verifyStack({ ...faults, expect: { ...faults.expect, budget: 1 } }).blueprint(stage.name);
    const report = await verify({ ...context, project: { ...context.project, blueprint: () => lowered } });
    const failures: Readonly<Record<string, readonly RegExp[]>> = {
      images: [/^app has \S+ \S+, and may have 1 B$/m],
      health: [/^other: 1 of 2 are healthy/m],
      connections: [
        /^other does not use store, and reaches it at [\d.]+:6379$/m,
        /^other does not use api, and reaches it at/m,
      ],
      rights: [
        /^api: it runs as user 0, and should run as 1000$/m,
        /^api: its root file system can be written to$/m,
        /^api: the kernel lets it write to its root$/m,
      ],
      secrets: [
        new RegExp(`^${secretName} stands in the environment of api$`, "m"),
        new RegExp(`^api logged ${secretName}$`, "m"),
        new RegExp(`^${secretName} stands in the image .*-app:latest$`, "m"),
      ],
      logs: [/^the log of other cannot be read$/m],
      honesty: [/^api says that it is well while store is away$/m],
      comeback: [/^other was killed and nobody started it again$/m],
      durability: [/^what was written to store was gone after a restart$/m],
    };
    for (const [group, patterns] of Object.entries(failures))
      for (const pattern of patterns) assert.match(told(report, group, "failed"), pattern, group);
    // What the machine lacks is said, and fails nothing.
    assert.match(told(report, "kernel", "warning"), /api and store want at least/);
    assert.equal(told(report, "kernel", "failed"), "");
    assert.deepEqual(
      checkGroups.map(({ name }) => name).filter((name) => failures[name] === undefined),
      ["kernel"],
    );
    assert.doesNotMatch(JSON.stringify(report), new RegExp(value), "the report tells no secret");
    // Even what did not come back by itself runs again.
    assert.equal((await picture(stage)).length, 3);
    for (const line of await picture(stage)) assert.match(line, / healthy$/);
  });

  test("a connection that is declared and does not work, and data in a volume that nobody named, are found", async () => {
    await using stage = await setStage(
      verifyStack({
        // It comes up because it never asks its store.
        apiVariables: ', LIES: "1"',
        networks: { api: "alone", other: "alone", store: "inner" },
        // The image's own anonymous volume keeps it over restarts, and no longer.
        storeData: "",
      }),
    );
    await up(stage.context());
    const report = await verify(stage.context(), { groups: ["connections", "durability"] });
    assert.match(told(report, "connections", "failed"), /^api uses store, and cannot reach store:6379$/m);
    assert.match(
      told(report, "durability", "failed"),
      /^what was written to store was gone after a re-creation$/m,
    );
    assert.deepEqual(
      report.groups.map(({ name }) => name),
      ["connections", "durability"],
    );
  });
});
