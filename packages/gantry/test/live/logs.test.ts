import assert from "node:assert/strict";
import { test } from "node:test";
import { restartContainer } from "../../src/engine/containers.ts";
import { type LogRecord, logs } from "../../src/operations/logs.ts";
import { ps } from "../../src/operations/ps.ts";
import { firstShell } from "../../src/operations/shell.ts";
import { up } from "../../src/operations/up.ts";
import { sampleBlueprint, sampleService } from "../operations/sample-blueprint.ts";
import { type StageSettings, setStage } from "./stage.ts";

/** Two services that print a few lines, the second in JSON. */
const talkers: StageSettings = {
  blueprint: (name) =>
    sampleBlueprint(name, [
      sampleService("plain"),
      sampleService("json"),
      sampleService("absent", { role: "tool" }),
    ]),
  rendered: (name) => ({
    "deploy/compose.yaml": `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  plain:
    image: node:24-trixie-slim
    init: true
    command: [ sh, -c, "for i in 1 2 3; do echo plain $$i; sleep 0.2; done; exec sleep 600" ]
  json:
    image: node:24-trixie-slim
    init: true
    command: [ node, -e, "let i = 0; const say = () => { i++; console.log(JSON.stringify({ level: i === 2 ? 50 : 30, time: Date.now(), msg: 'json ' + i, i })); if (i < 3) setTimeout(say, 200); }; say(); setInterval(() => {}, 1000)" ]
  absent:
    image: node:24-trixie-slim
    profiles: [ never ]
    command: [ sleep, "600" ]
`,
    "deploy/docker-bake.hcl": "# Written by Gantry from stack.ts\n",
  }),
};

async function take(source: AsyncIterable<LogRecord>, count: number): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const record of source) if (found.push(record) === count) break;
  return found;
}

test("logs of two services are merged in order of time, and JSON is understood", async () => {
  await using stage = await setStage(talkers);
  await up(stage.context(), { services: ["plain", "json"] });
  // Followed until both said all, so that nothing depends on how quick they are.
  const stop = new AbortController();
  const all = await take(logs(stage.context(stop.signal), { follow: true }), 6);
  stop.abort();
  assert.deepEqual(all.map(({ service, text, message }) => `${service} ${message ?? text}`).sort(), [
    "json json 1",
    "json json 2",
    "json json 3",
    "plain plain 1",
    "plain plain 2",
    "plain plain 3",
  ]);
  const past: LogRecord[] = [];
  for await (const record of logs(stage.context())) past.push(record);
  assert.equal(past.length, 6);
  assert.deepEqual(
    past.map(({ time }) => time),
    past.map(({ time }) => time).sort((a, b) => a - b),
  );
  const second = past.find(({ message }) => message === "json 2");
  assert.deepEqual([second?.level, second?.fields], ["error", { i: 2 }]);

  const errors: LogRecord[] = [];
  for await (const record of logs(stage.context(), { level: "warn" })) errors.push(record);
  assert.deepEqual(
    errors.map(({ message }) => message),
    ["json 2"],
  );
  const last: string[] = [];
  for await (const { text } of logs(stage.context(), { services: ["plain"], tail: 1 })) last.push(text);
  assert.deepEqual(last, ["plain 3"]);

  const state = await ps(stage.context());
  assert.deepEqual(
    state.services.map(({ service, state, well }) => [service, state, well]),
    [
      ["absent", "missing", false],
      ["json", "running", true],
      ["plain", "running", true],
    ],
  );
  assert.ok((state.services[1]?.memoryBytes ?? 0) > 1_000_000);
  const plain = state.services[2]?.id as string;
  assert.equal(
    await firstShell({ engine: stage.engine, signal: new AbortController().signal }, plain),
    "bash",
  );
});

test("following takes in a container that starts again, and ends on abort", async () => {
  await using stage = await setStage(talkers);
  const { services } = await up(stage.context(), { services: ["plain"] });
  const stop = new AbortController();
  const follow = logs(stage.context(stop.signal), { follow: true, services: ["plain"] });
  const first = await take({ [Symbol.asyncIterator]: () => ({ next: () => follow.next() }) }, 3);
  assert.deepEqual(
    first.map(({ text }) => text),
    ["plain 1", "plain 2", "plain 3"],
  );
  await restartContainer(stage.engine, services[0]?.id as string);
  const again = await take({ [Symbol.asyncIterator]: () => ({ next: () => follow.next() }) }, 3);
  assert.deepEqual(
    again.map(({ text }) => text),
    ["plain 1", "plain 2", "plain 3"],
  );
  const end = follow.next();
  stop.abort();
  assert.equal((await end).done, true);
});
