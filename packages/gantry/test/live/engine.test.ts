import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { EngineClient } from "../../src/engine/client.ts";
import { parseAddress } from "../../src/engine/connection.ts";
import {
  containerLogs,
  cpuPercent,
  inspectContainer,
  memoryUsed,
  readStats,
  removeContainer,
  startContainer,
  stopContainer,
  waitContainer,
} from "../../src/engine/containers.ts";
import { execInContainer } from "../../src/engine/exec.ts";
import {
  diskUsage,
  engineInfo,
  engineVersion,
  findImage,
  imageHistory,
  openEvents,
} from "../../src/engine/resources.ts";
import { translate } from "../../src/engine/translate.ts";
import { engineReport } from "../../src/operations/engine-report.ts";
import { connectHere } from "./here.ts";

let engine: EngineClient;
const made: string[] = [];

before(async () => {
  engine = await connectHere();
});
after(async () => {
  await Promise.all(made.map((id) => removeContainer(engine, id)));
  await engine[Symbol.asyncDispose]();
});

async function container(command: readonly string[], settings: object = {}): Promise<string> {
  const { Id } = await engine.json<{ Id: string }>({
    method: "POST",
    path: "/containers/create",
    body: { Image: "debian:trixie-slim", Cmd: command, Labels: { "gantry.test": "engine" }, ...settings },
  });
  made.push(Id);
  return Id;
}

test("logs keep the streams apart and the lines whole", async () => {
  const id = await container(["sh", "-c", "echo one; echo two >&2; printf 'three with ümlaut'; exit 5"]);
  await startContainer(engine, id);
  assert.equal(await waitContainer(engine, id), 5);
  const found: string[] = [];
  for await (const line of containerLogs(engine, await inspectContainer(engine, id)))
    found.push(`${line.stream} ${line.text}`);
  assert.deepEqual(found.sort(), ["stderr two", "stdout one", "stdout three with ümlaut"]);
});

test("logs of a container with a terminal are one stream", async () => {
  const id = await container(["sh", "-c", "echo one; echo two >&2"], { Tty: true });
  await startContainer(engine, id);
  await waitContainer(engine, id);
  const found: string[] = [];
  for await (const line of containerLogs(engine, await inspectContainer(engine, id))) found.push(line.text);
  assert.deepEqual(found, ["one", "two"]);
});

test("a command in a container gives its output, its exit code, and no more than the limit", async () => {
  const id = await container(["sleep", "60"]);
  await startContainer(engine, id);
  const result = await execInContainer(engine, id, {
    command: ["sh", "-c", "echo out; echo $WORD >&2; id -u; pwd; exit 7"],
    user: "1234",
    workdir: "/tmp",
    environment: { WORD: "err" },
  });
  assert.deepEqual(result, { exitCode: 7, stdout: "out\n1234\n/tmp\n", stderr: "err\n", cut: false });
  const large = await execInContainer(engine, id, {
    command: ["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"],
    limit: 1000,
  });
  assert.deepEqual([large.exitCode, large.stdout.length, large.cut], [0, 1000, true]);
  await stopContainer(engine, id, { graceSeconds: 0 });
});

test("events tell of a start and a death with its exit code", async () => {
  const stop = new AbortController();
  const id = await container(["sh", "-c", "exit 3"]);
  const { body } = await openEvents(engine, { container: [id], event: ["start", "die"] }, stop);
  await startContainer(engine, id);
  const found: (string | undefined)[][] = [];
  for await (const event of body) {
    found.push([event.Action, event.Actor.Attributes["exitCode"]]);
    if (event.Action === "die") break;
  }
  stop.abort();
  assert.deepEqual(found, [
    ["start", undefined],
    ["die", "3"],
  ]);
});

test("two readings give the share of a processor and the memory in use", async () => {
  const id = await container(["sh", "-c", "while :; do :; done"], {
    HostConfig: { Memory: 64 * 1024 * 1024 },
  });
  await startContainer(engine, id);
  const first = await readStats(engine, id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const second = await readStats(engine, id);
  const share = cpuPercent(first, second) ?? 0;
  assert.ok(share > 1 && share < 150, `${share}`);
  assert.ok((memoryUsed(second) ?? 0) > 0);
  assert.equal(second.memory_stats.limit, 64 * 1024 * 1024);
  await stopContainer(engine, id, { graceSeconds: 0 });
});

test("images, versions and disk can be read", async () => {
  const image = await findImage(engine, "debian:trixie-slim");
  assert.ok((image?.Size ?? 0) > 1_000_000);
  assert.equal(await findImage(engine, "no-such-image:never"), undefined);
  assert.ok((await imageHistory(engine, "debian:trixie-slim")).length > 0);
  assert.equal((await engineInfo(engine)).ServerVersion, (await engineVersion(engine)).Version);
  assert.ok((await diskUsage(engine)).LayersSize > 0);
});

test("an abort ends a stream that would never end", async () => {
  const stop = new AbortController();
  const id = await container(["sleep", "60"]);
  await startContainer(engine, id);
  const lines = containerLogs(engine, await inspectContainer(engine, id), {
    follow: true,
    signal: stop.signal,
  });
  const next = lines.next();
  stop.abort();
  await assert.rejects(next);
  await stopContainer(engine, id, { graceSeconds: 0 });
});

test("a refusal of the engine is said in its words", async () => {
  const error = await translate(
    await engine.json({ path: "/containers/no-such-container/json" }).catch((reason: unknown) => reason),
    { engine },
  );
  assert.ok(error instanceof GantryError);
  assert.equal(error.problems[0]?.code, "GTY3008");
  assert.match(error.problems[0]?.what ?? "", /No such container: no-such-container/);
});

test("an address where nothing is, is a problem that says where it comes from", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-none-"));
  const address = { kind: "unix", path: join(folder, "none.sock"), via: "DOCKER_HOST" } as const;
  const error = await translate(await EngineClient.connect(address).catch((reason: unknown) => reason));
  rmSync(folder, { recursive: true });
  assert.ok(error instanceof GantryError);
  assert.equal(error.exit, "noEngine");
  assert.equal(error.problems[0]?.code, "GTY3001");
  assert.match(error.problems[0]?.why ?? "", /comes from DOCKER_HOST. There is no such socket/);
});

test("an engine that speaks only an old API is refused with its version", async () => {
  const old = createServer((request, response) => {
    response.setHeader("api-version", "1.41");
    response.end(request.url === "/version" ? JSON.stringify({ Version: "20.10.24" }) : "OK");
  }).listen(0, "127.0.0.1");
  await once(old, "listening");
  const { port } = old.address() as { port: number };
  const address = { kind: "tcp", host: "127.0.0.1", port, tls: undefined, via: "DOCKER_HOST" } as const;
  const error = await translate(await EngineClient.connect(address).catch((reason: unknown) => reason));
  old.close();
  assert.ok(error instanceof GantryError);
  assert.equal(error.problems[0]?.what, "Docker 20.10.24 is too old: Gantry needs Docker 25 or newer");
});

test("an engine is reached through the standard streams of a program, streams and all", async () => {
  // `ssh` is this machine's stand-in for itself: it drops its own arguments and runs the rest.
  const folder = mkdtempSync(join(tmpdir(), "gantry-ssh-"));
  writeFileSync(
    join(folder, "ssh"),
    '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift 2; exec "$@"\n',
    { mode: 0o755 },
  );
  const path = process.env["PATH"];
  process.env["PATH"] = `${folder}:${path}`;
  try {
    await using remote = await EngineClient.connect(parseAddress("ssh://me@here", "DOCKER_HOST"));
    const id = await container(["sh", "-c", "echo one; echo two >&2"]);
    await startContainer(remote, id);
    await waitContainer(remote, id);
    const found: string[] = [];
    for await (const line of containerLogs(remote, await inspectContainer(remote, id))) found.push(line.text);
    assert.deepEqual(found.sort(), ["one", "two"]);
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  }
});

test("the report names engine, Compose and Buildx", async () => {
  const report = await engineReport(new AbortController().signal);
  assert.equal(report.problem, undefined);
  assert.match(report.engine?.version ?? "", /^\d+\.\d+/);
  assert.match(report.compose ?? "", /^2\.\d+/);
  assert.match(report.buildx ?? "", /^0\.\d+/);
});
