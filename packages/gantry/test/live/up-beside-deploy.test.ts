import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { down } from "../../src/operations/down.ts";
import { DeployBook } from "../../src/operations/ship/journal.ts";
import { up } from "../../src/operations/up.ts";
import { sampleBlueprint, sampleService } from "../operations/sample-blueprint.ts";
import { setStage } from "./stage.ts";

test("up leaves a deploy alone that was cut off, and says what to do", async () => {
  await using stage = await setStage({
    blueprint: (name) => sampleBlueprint(name, [sampleService("one")], {}, "production"),
    rendered: (name) => ({
      "deploy/docker-bake.hcl": "# Written by Gantry from stack.ts\n",
      "deploy/compose.production.yaml": `# Written by Gantry from stack.ts
name: ${name}-production
services:
  one: { image: "node:24-trixie-slim", init: true, command: [ sleep, "600" ] }
`,
    }),
  });
  const first = await up(stage.context());
  const book = new DeployBook(join(stage.root, ".gantry"), `${stage.name}-production`);
  const at = { format: 1, generation: 4, startedAt: Date.now(), by: "somebody" } as const;
  await book.write({
    ...at,
    ...{ kind: "deploy", step: "started", host: "here", inPlace: [], routed: [], keep: [], remove: [] },
    before: first.services.map(({ id }) => id as string),
    fresh: [],
    record: {
      ...at,
      kind: "deploy",
      content: 4,
      outcome: "running",
      durationMs: 0,
      changed: [],
      services: {},
    },
  });

  await assert.rejects(up(stage.context()), (error: unknown) => {
    assert.ok(error instanceof GantryError);
    assert.equal(error.problems[0]?.code, "GTY6018");
    assert.match(error.problems[0]?.what ?? "", /deploy of generation 4 was cut off/);
    assert.match(error.problems[0]?.fix ?? "", /gantry deploy --env production/);
    return true;
  });
  // Once nothing of it is left, there is nothing to be careful with.
  await down(stage.context());
  const again = await up(stage.context());
  assert.ok(again.services.every(({ well }) => well));
});
