import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import type { EngineClient } from "../../src/engine/client.ts";
import { removeContainer, startContainer } from "../../src/engine/containers.ts";
import { execBytes } from "../../src/engine/exec.ts";
import { connectHere } from "./here.ts";

describe("what a command in a container reads", () => {
  let engine: EngineClient;
  let id: string;
  before(async () => {
    await ensureImages(await ensureEngine(), ["nginx:1.28-alpine-slim"]);
    engine = await connectHere();
    const { Id } = await engine.json<{ Id: string }>({
      method: "POST",
      path: "/containers/create",
      body: { Image: "nginx:1.28-alpine-slim", Entrypoint: ["sleep", "600"] },
    });
    id = Id;
    await startContainer(engine, id);
  });
  after(async () => {
    if (id !== undefined) await removeContainer(engine, id);
    await engine?.[Symbol.asyncDispose]();
  });

  const input = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 256));

  test("all bytes go in and come back as they were, and the end is seen", async () => {
    const { stdout, exitCode, cut } = await execBytes(engine, id, {
      command: ["sh", "-c", "cat; exit 3"],
      input,
      limit: input.length,
    });
    assert.deepEqual({ exitCode, cut, same: stdout.equals(input) }, { exitCode: 3, cut: false, same: true });
  });

  test("a command that reads nothing ends all the same", async () => {
    const { stdout, exitCode } = await execBytes(engine, id, { command: ["echo", "well"], input });
    assert.deepEqual([stdout.toString("utf8"), exitCode], ["well\n", 0]);
  });

  test("a signal ends it", async () => {
    const signal = AbortSignal.timeout(300);
    await assert.rejects(execBytes(engine, id, { command: ["sleep", "60"], input, signal }));
    assert.ok(signal.aborted);
  });
});
