import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../../../../testbed/sample.ts";
import type { Probe } from "../../../src/blueprint/model.ts";
import type { ImageTraits } from "../../../src/blueprint/plan.ts";
import { healthOf, probeTest } from "../../../src/stack/health.ts";

const image = (programs: readonly string[]): ImageTraits => ({
  user: { uid: 1, gid: 1 },
  workdir: "/",
  programs,
  shell: true,
  command: [],
  scratch: [],
});

interface Asked {
  readonly code: number;
  readonly printed: string;
}

let folder = "";

/** Runs the probe as the engine would, on this machine; each of its pauses is as long as this script takes. */
async function ask(probe: Probe, pause = "true", traits = image(["bash", "node"])): Promise<Asked> {
  const test = probeTest(probe, traits);
  assert.ok(test !== undefined && test !== "impossible");
  const [form, ...words] = test;
  const [program, ...args] = form === "CMD" ? words : ["sh", "-c", ...words];
  writeFileSync(join(folder, "sleep"), `#!/bin/sh\n${pause}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
  return new Promise((resolve) => {
    execFile(program as string, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), printed: stdout + stderr }),
    );
  });
}

describe("a probe by bash", () => {
  const asked: string[] = [];
  let server: Server;
  let port = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "gantry-probe-"));
    server = createServer((request, response) => {
      asked.push(`${request.url} for ${request.headers.host}`);
      const code = Number(/^\/(\d+)/.exec(request.url ?? "")?.[1] ?? 200);
      response.writeHead(code, { "x-other": "1" }).end('{"status":"said"}\n');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test("is content with an answer between 200 and 299, and prints what it said", async () => {
    assert.deepEqual(await ask({ kind: "http", port, path: "/health" }), {
      code: 0,
      printed: '{"status":"said"}\n',
    });
    assert.equal(asked.at(-1), `/health for 127.0.0.1:${port}`);
    assert.equal((await ask({ kind: "http", port, path: "/204" })).code, 0);
  });

  test("is not with any other, and says which", async () => {
    for (const code of [301, 404, 503]) {
      const { code: exit, printed } = await ask({ kind: "http", port, path: `/${code}` });
      assert.equal(exit, 1);
      assert.match(printed, new RegExp(`^${code} .*\\r?\\n\\{"status":"said"\\}\\n$`));
    }
  });

  test("asks for the path as it was written", async () => {
    const path = "/health?a=%20b&c='d'\\n";
    assert.equal((await ask({ kind: "http", port, path })).code, 0);
    assert.equal(asked.at(-1), `${path} for 127.0.0.1:${port}`);
  });

  test("waits for a port that is not open yet", async () => {
    const late = createServer((_, response) => response.end("late\n"));
    const free = Number(await freePort());
    const [waits, opened] = [join(folder, "waits"), join(folder, "opened")];
    const answer = ask(
      { kind: "http", port: free, path: "/" },
      `touch ${waits}; until [ -e ${opened} ]; do /bin/sleep 0.01; done`,
    );
    while (!existsSync(waits)) await setTimeout(10);
    late.listen(free, "127.0.0.1", () => writeFileSync(opened, ""));
    assert.deepEqual(await answer, { code: 0, printed: "late\n" });
    await new Promise((resolve) => late.close(resolve));
  });

  test("says that nothing listens", async () => {
    const nobody = Number(await freePort());
    const said = { code: 1, printed: `nothing listens on port ${nobody}\n` };
    assert.deepEqual(await ask({ kind: "tcp", port: nobody }), said);
    assert.deepEqual(await ask({ kind: "http", port: nobody, path: "/" }), said);
    assert.equal((await ask({ kind: "tcp", port })).code, 0);
  });

  test("looks at the age of a file", async () => {
    const path = join(folder, "alive");
    const probe: Probe = { kind: "file", path, maxAgeMs: 30_000 };
    assert.notEqual((await ask(probe)).code, 0);
    writeFileSync(path, "");
    assert.equal((await ask(probe)).code, 0);
    utimesSync(path, 0, 0);
    const old = await ask(probe);
    assert.equal(old.code, 1);
    assert.match(old.printed, /alive is \d+ s old/);
  });

  for (const shell of [true, false])
    test(`a file from the future, touched before the clock was set back, is no sign of life (${shell ? "shell" : "node"})`, async () => {
      const path = join(folder, "alive");
      const probe: Probe = { kind: "file", path, maxAgeMs: 30_000 };
      const traits = { ...image(["node"]), shell };
      writeFileSync(path, "");
      assert.equal((await ask(probe, "true", traits)).code, 0);
      const tomorrow = Date.now() / 1000 + 86_400;
      utimesSync(path, tomorrow, tomorrow);
      assert.equal((await ask(probe, "true", traits)).code, 1);
    });
});

describe("what a probe costs", () => {
  const startInterval = (programs: readonly string[], command?: readonly string[]): number =>
    healthOf(command === undefined ? "/health" : { command }, 80, image(programs), "services.api").health
      .startIntervalMs;

  test("one that boots an interpreter is asked less often while the service starts", () => {
    assert.equal(startInterval(["bash", "python"]), 100);
    assert.equal(startInterval(["wget", "python"]), 100);
    assert.equal(startInterval(["python"]), 500);
    assert.equal(startInterval(["bash", "python"], ["celery", "inspect", "ping"]), 500);
  });
});
