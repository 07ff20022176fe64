import assert from "node:assert/strict";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { runCommand } from "../../src/engine/process.ts";
import { serviceOf, surveyProject } from "../../src/operations/cleanup.ts";
import { up } from "../../src/operations/up.ts";
import { sampleBlueprint, sampleImage, sampleService } from "../operations/sample-blueprint.ts";
import { startSmallEngine } from "./small-engine.ts";
import { type Stage, type StageSettings, setStage } from "./stage.ts";

const image = { kind: "reference", reference: "alpine:3" } as const;

/** A service on as many networks as asked for, and another beside it. */
const onNetworks = (count: number): StageSettings => ({
  blueprint: (name) =>
    sampleBlueprint(name, [sampleService("one", { image }), sampleService("two", { image })]),
  rendered: (name) => {
    const networks = Array.from({ length: count }, (_, i) => `net${i}`);
    return {
      "deploy/docker-bake.hcl": "# Written by Gantry from stack.ts\n",
      "deploy/compose.yaml": `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  one: { image: "alpine:3", init: true, command: [ sleep, "600" ], networks: [ ${networks.join(", ")} ], volumes: [ "data:/data" ] }
  two: { image: "alpine:3", init: true, command: [ sleep, "600" ], networks: [ net0 ] }
networks: { ${networks.map((network) => `${network}: {}`).join(", ")} }
volumes: { data: {} }
`,
    };
  },
});

/** An image that needs more room than there is. */
const largeImage: StageSettings = {
  blueprint: (name) =>
    sampleBlueprint(name, [sampleService("one", { image: { kind: "built", image: "app" } })], {
      images: { app: sampleImage("app", { repository: `${name}-app` }) },
    }),
  rendered: (name) => ({
    "deploy/docker-bake.hcl": `# Written by Gantry from stack.ts
target "app-dev" {
  context = "."
  dockerfile = "deploy/app.Dockerfile"
  tags = ["${name}-app:latest"]
}
`,
    "deploy/app.Dockerfile":
      "# Written by Gantry from stack.ts\nFROM alpine:3\nRUN dd if=/dev/zero of=/large bs=1000000 count=100\n",
    "deploy/compose.yaml": `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  one: { image: "${name}-app:latest" }
`,
  }),
};

async function failure(stage: Stage): Promise<GantryError> {
  const error = await up(stage.context()).then(
    () => assert.fail("it should have failed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError, String(error));
  const left = await surveyProject(stage.engine, `${stage.name}-dev`);
  assert.deepEqual(
    [left.containers.map(serviceOf), [...left.networks.values()], left.volumes],
    [[], [], []],
    "nothing is left half-made",
  );
  return error;
}

async function docker(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand({ program: "docker", args });
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

test("what an engine has not enough of is said, with what to do, and nothing is left", async (t) => {
  await using _engine = await startSmallEngine({
    disk: "64m",
    pool: "base=10.203.1.0/27,size=28",
    images: [image.reference],
  });

  await t.test("no address range for another network", async () => {
    await using stage = await setStage(onNetworks(3));
    const { problems } = await failure(stage);
    assert.equal(problems[0]?.code, "GTY3012");
    assert.match(problems[0]?.what ?? "", /no free address range/);
    assert.match(problems[0]?.why ?? "", /pool/);
    assert.match(problems[0]?.fix ?? "", /docker network prune.*default-address-pools/);
  });

  await t.test("a stack that just fits comes up", async () => {
    await using stage = await setStage(onNetworks(2));
    const { services } = await up(stage.context());
    assert.ok(services.every(({ well }) => well));
  });

  await t.test("no room for an image that is built", async () => {
    await using stage = await setStage(largeImage);
    const { problems } = await failure(stage);
    assert.equal(problems[0]?.code, "GTY3011");
    assert.match(problems[0]?.what ?? "", /disk is full/);
    assert.match(problems[0]?.fix ?? "", /docker builder prune/);
  });

  await t.test("no room for a container, and then there is", async () => {
    await docker("builder", "prune", "--force", "--all");
    const fill =
      "while head -c 65536 /dev/zero >> /fill/all; do :; done; while echo >> /fill/all; do :; done";
    await docker("run", "--rm", "--volume", "fill:/fill", image.reference, "sh", "-c", `${fill}; true`);
    await using stage = await setStage(onNetworks(1));
    const { problems } = await failure(stage);
    assert.equal(problems[0]?.code, "GTY3011");
    assert.match(problems[0]?.evidence?.join(" ") ?? "", /volumes [\d.]+ MB/);
    await docker("volume", "rm", "fill");
    const { services } = await up(stage.context());
    assert.ok(services.every(({ well }) => well));
  });
});
