import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Event } from "../../src/base/events.ts";
import { execInContainer } from "../../src/engine/exec.ts";
import { up } from "../../src/operations/up.ts";
import { observeSources, watch } from "../../src/operations/watch.ts";
import { sampleBlueprint, sampleImage, sampleService } from "../operations/sample-blueprint.ts";
import { type Stage, type StageSettings, setStage } from "./stage.ts";

const watched: StageSettings = {
  blueprint: (name) =>
    sampleBlueprint(
      name,
      [
        sampleService("api", {
          image: { kind: "built", image: "app" },
          develop: {
            watch: [
              { action: "sync", path: "server", target: "/app", ignore: ["node_modules/"] },
              { action: "rebuild", path: "server/package.json" },
            ],
          },
        }),
      ],
      { images: { app: sampleImage("app", { repository: `${name}-app` }) } },
    ),
  rendered: (name) => ({
    "deploy/compose.yaml": `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  api: { image: "${name}-app:latest", init: true, user: "1000:1000", cap_drop: [ ALL ], command: [ sleep, "600" ] }
`,
    "deploy/docker-bake.hcl": `# Written by Gantry from stack.ts
target "app-dev" {
  context = "server"
  dockerfile = "../deploy/app.Dockerfile"
  tags = ["${name}-app:latest"]
}
`,
    "deploy/app.Dockerfile":
      "# Written by Gantry from stack.ts\nFROM node:24-trixie-slim\nWORKDIR /app\nRUN chown 1000:1000 /app\nCOPY --chown=1000:1000 . ./\n",
  }),
  files: { "server/a.txt": "old", "server/package.json": "{}" },
};

/** Waits for an event that fits; every wait is for something that must come, so none has a time of its own. */
function next(stage: Stage, fits: (event: Event) => boolean): Promise<void> {
  const push = stage.events.push.bind(stage.events);
  return new Promise((resolve) => {
    stage.events.push = (...events) => {
      if (events.some(fits)) {
        stage.events.push = push;
        resolve();
      }
      return push(...events);
    };
  });
}

const says =
  (text: string) =>
  (event: Event): boolean =>
    event.kind === "log" && event.line.includes(text);

test("saved, new and removed files reach a container with a numeric user; a changed manifest rebuilds", async () => {
  await using stage = await setStage(watched);
  const { services } = await up(stage.context());
  const first = services[0]?.id as string;
  const inside = async (id: string, command: string): Promise<string> =>
    (await execInContainer(stage.engine, id, { command: ["sh", "-c", command] })).stdout.trim();
  const stop = new AbortController();
  const ready = next(stage, (event) => event.kind === "progress" && event.state === "watching api");
  const watching = watch(stage.context(stop.signal));
  await ready;

  const saved = next(stage, says("a.txt"));
  writeFileSync(join(stage.root, "server/a.txt"), "new");
  await saved;
  assert.equal(await inside(first, "cat a.txt; stat -c ' %u:%g' a.txt"), "new 1000:1000");

  const added = next(stage, says("b.txt"));
  mkdirSync(join(stage.root, "server/lib"));
  writeFileSync(join(stage.root, "server/lib/b.txt"), "b");
  await added;
  assert.equal(await inside(first, "cat lib/b.txt"), "b");

  // The removal of the file and that of its folder may come as one change or as two.
  const removed = next(stage, (event) => says("server/lib")(event) && !says("lib/b.txt")(event));
  const together = next(stage, (event) => says("server/lib")(event) && says(" and ")(event));
  rmSync(join(stage.root, "server/lib"), { recursive: true });
  await Promise.race([removed, together]);
  assert.equal(await inside(first, "ls"), "a.txt\npackage.json");

  const rebuilt = next(stage, says("rebuilt api"));
  writeFileSync(join(stage.root, "server/package.json"), '{ "name": "x" }');
  await rebuilt;
  const now = await up(stage.context());
  assert.notEqual(now.services[0]?.id, first);
  assert.equal(await inside(now.services[0]?.id as string, "cat package.json"), '{ "name": "x" }');
  stop.abort();
  await watching;
});

test("what is saved while the stack comes up is not lost", async () => {
  await using stage = await setStage(watched);
  const save = (when: (event: Event) => boolean, file: string, text: string): Promise<void> =>
    next(stage, (event) => {
      if (!when(event)) return false;
      writeFileSync(join(stage.root, "server", file), text);
      return true;
    });
  // The image is finished then, and the containers are not made yet.
  const built = save(
    (event) => event.kind === "finished" && event.id === "image:app",
    "a.txt",
    "while built",
  );
  const stop = new AbortController();
  using sources = observeSources(stage.context());
  const { services } = await up(stage.context());
  await built;
  const id = services[0]?.id as string;
  const read = async (file: string): Promise<string> =>
    (await execInContainer(stage.engine, id, { command: ["cat", file] })).stdout;
  assert.equal(await read("a.txt"), "old");
  writeFileSync(join(stage.root, "server/c.txt"), "before watching");

  // The later one comes with the earlier or after it.
  const synced = next(stage, says("c.txt"));
  const watching = watch(stage.context(stop.signal), { sources });
  await synced;
  assert.deepEqual([await read("a.txt"), await read("c.txt")], ["while built", "before watching"]);
  stop.abort();
  await watching;
});
