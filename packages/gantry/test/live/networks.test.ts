import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type ComposeProject, composeCommand } from "../../src/engine/compose.ts";
import { ofProject } from "../../src/engine/containers.ts";
import { runCommand } from "../../src/engine/process.ts";
import { listNetworks } from "../../src/engine/resources.ts";
import { down } from "../../src/operations/down.ts";
import { up } from "../../src/operations/up.ts";
import { sampleBlueprint, sampleService } from "../operations/sample-blueprint.ts";
import { type Stage, type StageSettings, setStage } from "./stage.ts";

/** Every kind of network that Gantry renders, and one of each field that an override may add. */
const varied: StageSettings = {
  blueprint: (name) => sampleBlueprint(name, [sampleService("one"), sampleService("two")]),
  rendered: (name) => ({
    "deploy/docker-bake.hcl": "# Written by Gantry from stack.ts\n",
    "deploy/compose.yaml": `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  one: { image: "node:24-trixie-slim", init: true, command: [ sleep, "600" ], networks: [ inner, out, cut, told ] }
  two: { image: "node:24-trixie-slim", init: true, command: [ sleep, "600" ], networks: [ inner ] }
networks:
  inner: { internal: true }
  out: { driver_opts: { com.docker.network.bridge.enable_icc: "false" } }
  cut: { internal: true, ipam: { config: [ { subnet: 10.202.77.64/26 } ] } }
  told: { attachable: true, labels: { who: "a & <b> $$c" } }
  nobody: { internal: true }
`,
  }),
};

/** What the engine has of the project's networks, without what differs from one to the next of the same kind. */
async function networksOf(stage: Stage): Promise<readonly unknown[]> {
  const found = await listNetworks(stage.engine, ofProject(`${stage.name}-dev`));
  const all = await Promise.all(
    found.map(({ Id }) => stage.engine.json<Record<string, unknown>>({ path: `/networks/${Id}` })),
  );
  return all
    .map(({ Id: _id, Created: _created, Containers: _containers, IPAM, Labels, ...rest }) => ({
      ...rest,
      // Addresses that nobody chose are the next free ones.
      pool: rest["Name"] === `${stage.name}-dev_cut` ? IPAM : Object.keys(IPAM as object),
      labels: Object.fromEntries(
        Object.entries(Labels as Record<string, string>).filter(
          ([name]) => !["com.docker.compose.version", "com.docker.compose.config-hash"].includes(name),
        ),
      ),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

test("networks are what Compose would have made, and it finds nothing to change about them", async () => {
  await using stage = await setStage(varied);
  const project: ComposeProject = {
    name: `${stage.name}-dev`,
    files: [join(stage.root, "deploy/compose.yaml")],
    variables: {},
  };
  const compose = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runCommand(composeCommand(project, args));
    assert.equal(exitCode, 0, stderr);
    return `${stdout}${stderr}`;
  };
  const { services } = await up(stage.context());
  assert.ok(services.every(({ well }) => well));
  const ours = await networksOf(stage);
  assert.equal(ours.length, 4, "what no service is on is not made");

  const said = await compose("up", "--detach");
  assert.doesNotMatch(said, /Network|Recreate|Creat|warn/i);
  assert.deepEqual(
    (await up(stage.context())).services.map(({ id }) => id),
    services.map(({ id }) => id),
  );
  await down(stage.context());
  assert.deepEqual(await networksOf(stage), []);

  await compose("up", "--no-start", "one", "two");
  assert.deepEqual(await networksOf(stage), ours);
  const gone = await compose("down");
  assert.match(gone, /Network \S+_told\s+Removed/);
});
