import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { findImage, removeImage } from "../../src/engine/resources.ts";
import { build } from "../../src/operations/build.ts";
import { chain } from "./chain.ts";
import { setStage, story } from "./stage.ts";

async function rejection(work: Promise<unknown>): Promise<GantryError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError, String(error));
  return error;
}

test("an image is built, has its size, and is unchanged the second time", async () => {
  await using stage = await setStage(chain({ marker: "first" }));
  const { images, written } = await build(stage.context());
  assert.deepEqual(written, ["deploy/compose.yaml", "deploy/docker-bake.hcl", "deploy/app.Dockerfile"]);
  assert.equal(images[0]?.unchanged, false);
  assert.ok((images[0]?.sizeBytes ?? 0) > 50_000_000);
  const again = await build(stage.context());
  assert.equal(again.images[0]?.unchanged, true);
  assert.equal(again.images[0]?.id, images[0]?.id);
  assert.deepEqual(again.images[0]?.steps, { cached: 3, all: 3 });
  assert.deepEqual(again.written, []);
  assert.match(story(stage.events, "image:app").at(-1) ?? "", /^unchanged: unchanged, \d+ MB$/);
  await removeImage(stage.engine, `${stage.name}-app:latest`);
});

test("a build that fails shows the step, its command, its output and the Dockerfile's line", async () => {
  await using stage = await setStage(
    chain({ marker: "x > /dev/null && echo 'this went wrong' >&2 && exit 9" }),
  );
  const error = await rejection(build(stage.context()));
  assert.equal(error.exit, "buildFailed");
  const problem = error.problems[0];
  assert.equal(problem?.code, "GTY4001");
  assert.match(problem?.what ?? "", /^Building app failed at 4\/4 RUN echo x/);
  assert.equal(problem?.why, "The command ended with exit code 9.");
  assert.deepEqual(problem?.evidence, ["this went wrong"]);
  assert.match(problem?.file ?? "", /app\.Dockerfile$/);
  assert.equal(problem?.line, 5);
  assert.match(story(stage.events, "image:app").at(-1) ?? "", /^failed: failed/);
  assert.equal(await findImage(stage.engine, `${stage.name}-app:latest`), undefined);
});

test("a base image that does not exist is named", async () => {
  await using stage = await setStage(chain());
  stage.render({
    "deploy/app.Dockerfile":
      "# Written by Gantry from stack.ts\nFROM gantry.invalid/none/such:1\nCOPY app /app\n",
  });
  const error = await rejection(build(stage.context()));
  assert.equal(error.exit, "buildFailed");
  assert.match(error.problems[0]?.what ?? "", /gantry\.invalid\/none\/such:1/);
});

test("a missing file of the context is explained by BuildKit's own words", async () => {
  await using stage = await setStage(chain());
  rmSync(join(stage.root, "app"), { recursive: true });
  const error = await rejection(build(stage.context()));
  assert.equal(error.problems[0]?.code, "GTY4001");
  assert.match(error.problems[0]?.what ?? "", /COPY app \/app/);
  assert.match(error.problems[0]?.why ?? "", /not found/);
});

test("a file that someone else wrote is not overwritten", async () => {
  await using stage = await setStage(chain());
  await build(stage.context());
  writeFileSync(join(stage.root, "deploy/compose.yaml"), "services: {}\n");
  const error = await rejection(build(stage.context()));
  assert.deepEqual(
    error.problems.map(({ code, file }) => [code, file]),
    [["GTY4005", "deploy/compose.yaml"]],
  );
});
