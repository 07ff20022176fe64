import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test as it } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { newOwner } from "../../src/engine/lock.ts";
import { referencesWithTag } from "../../src/engine/resources.ts";
import { surveyProject } from "../../src/operations/cleanup.ts";
import { ownerLabel, runTag, sweepRuns } from "../../src/operations/isolation.ts";
import { test } from "../../src/operations/test.ts";
import { isolated } from "./isolated.ts";
import { type Stage, setStage } from "./stage.ts";

const asking = `
const answer = await fetch("http://api:3000/").then((response) => response.text());
console.log("api is " + answer.length + " long");
console.error("a word on the other stream");
`;

async function left(stage: Stage, project: string): Promise<number> {
  const { containers, networks, volumes } = await surveyProject(stage.engine, project);
  const images = await referencesWithTag(stage.engine, runTag(project));
  return containers.length + networks.size + volumes.length + images.length;
}

function output(stage: Stage): readonly string[] {
  return stage.events.flatMap((event) =>
    event.kind === "log" && event.id === "service:tests" ? [event.line] : [],
  );
}

it("tests run, their output comes through, and nothing is left", async () => {
  await using stage = await setStage(isolated(asking));
  const result = await test(stage.context());
  assert.equal(result.exitCode, 0);
  assert.equal(result.removed, true);
  assert.deepEqual([...output(stage)].sort(), ["a word on the other stream", "api is 12 long"]);
  assert.equal(await left(stage, result.project), 0);
});

it("the tests' own exit code comes back, and is no error", async () => {
  await using stage = await setStage(isolated("console.log(process.argv[1]); process.exit(42)"));
  const result = await test(stage.context(), { arguments: ["just $this"] });
  assert.equal(result.exitCode, 42);
  assert.deepEqual(output(stage), ["just $this"]);
  assert.equal(await left(stage, result.project), 0);
});

it("two runs at the same time do not meet, although both publish the same port", async () => {
  await using stage = await setStage(isolated(asking));
  const [one, two] = await Promise.all([test(stage.context()), test(stage.context())]);
  assert.deepEqual([one?.exitCode, two?.exitCode], [0, 0]);
  assert.notEqual(one?.project, two?.project);
  assert.equal(await left(stage, one?.project as string), 0);
  assert.equal(await left(stage, two?.project as string), 0);
});

it("Ctrl-C in the middle of the tests removes everything", async () => {
  await using stage = await setStage(isolated("console.log('started'); setInterval(() => {}, 1000)"));
  const stop = new AbortController();
  const push = stage.events.push.bind(stage.events);
  stage.events.push = (...events) => {
    if (events.some((event) => event.kind === "log" && event.line === "started")) stop.abort();
    return push(...events);
  };
  const error = await test(stage.context(stop.signal)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError);
  assert.equal(error.exit, "interrupted");
  const { containers } = await surveyProject(stage.engine, `${stage.name}-test`);
  assert.equal(containers.length, 0);
  const networks = await stage.engine.json<{ Name: string }[]>({ path: "/networks" });
  assert.deepEqual(
    networks.filter(({ Name }) => Name.startsWith(stage.name)),
    [],
  );
});

it("what a killed run left is swept when its process is gone, and not before", async () => {
  await using stage = await setStage(isolated(asking));
  const project = `${stage.name}-test-0123456789`;
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const owner = { ...newOwner("gantry test"), pid: other.pid as number };
  const { processStarted } = await import("../../src/engine/lock.ts");
  const labels = {
    "com.docker.compose.project": project,
    [ownerLabel]: JSON.stringify({ ...owner, started: processStarted(owner.pid) }),
  };
  await stage.engine.json({
    method: "POST",
    path: "/networks/create",
    body: { Name: `${project}_inner`, Labels: labels },
  });
  await stage.engine.json({
    method: "POST",
    path: "/containers/create",
    body: { Image: "node:24-trixie-slim", Cmd: ["sleep", "1"], Labels: labels },
  });
  assert.ok(!(await sweepRuns(stage.engine, stage.root)).includes(project));
  const gone = new Promise((resolve) => other.once("exit", resolve));
  other.kill("SIGKILL");
  await gone;
  assert.ok((await sweepRuns(stage.engine, stage.root)).includes(project));
  assert.equal(await left(stage, project), 0);
});
