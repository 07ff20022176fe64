import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { freePort, type RunningSample, startSample } from "../../../../testbed/sample.ts";

const sample = fileURLToPath(new URL("../../../../samples/learn-greek-easy", import.meta.url));
const stranger = fileURLToPath(new URL("fixtures/stranger", import.meta.url));
const gantry = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of a project without its stack, in which `gantry init` was run; gone at the end of the scope. */
interface Initiated extends AsyncDisposable {
  readonly folder: string;
  /** What it printed. */
  readonly said: string;
  init(): string;
}

function initiate(source: string): Initiated {
  const place = mkdtempSync(join(tmpdir(), "gantry-init-"));
  // The folder's name becomes the stack's: none that a sample's own run has.
  const name = `init${randomBytes(4).toString("hex")}`;
  const folder = join(place, name);
  const ours = /^(stack\.ts|deploy|live|\.gantry|secrets)(\/|$)/;
  cpSync(source, folder, {
    recursive: true,
    filter: (path) => !ours.test(relative(source, path)) && !/node_modules|__pycache__/.test(path),
  });
  const init = (): string =>
    execFileSync(process.execPath, [join(gantry, "bin/gantry.mjs"), "init"], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
  const said = init();
  // What `npm install` would do.
  linkGantry(folder);
  return {
    folder,
    said,
    init,
    async [Symbol.asyncDispose]() {
      rmSync(place, { recursive: true, force: true });
    },
  };
}

async function portsFor(...services: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const ports: Record<string, string> = {};
  for (const service of services) ports[`${service}_PORT`] = await freePort();
  return ports;
}

/** Health of what runs, by service. */
async function healthOf(running: RunningSample): Promise<Readonly<Record<string, string>>> {
  const { out } = await running.gantry(["ps", "--format", "json"]);
  const { result } = JSON.parse(out.trim().split("\n").at(-1) ?? "") as {
    result: { services: readonly { service: string; health?: string; state: string }[] };
  };
  return Object.fromEntries(result.services.map(({ service, state, health }) => [service, health ?? state]));
}

async function removeImages(running: RunningSample, folder: string): Promise<void> {
  await running.gantry(["down", "--volumes"]);
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  const images = (await running.docker("images", "--format", "{{.Repository}}:{{.Tag}}"))
    .split("\n")
    .filter((image) => image.startsWith(`${name}-`));
  await running.docker("rmi", "--force", ...images);
}

test("init in a project without a stack, then up: everything is healthy and answers through the gateway", async () => {
  await using project = initiate(sample);
  const { folder, said, init } = project;
  assert.match(said, /backend\s+python\s+backend, worker, beat/);
  assert.match(said, /npm install --save-dev gantry\n\s+npx gantry up/);
  const written = readFileSync(join(folder, "stack.ts"), "utf8");
  assert.throws(init, /GTY1909/);
  assert.equal(readFileSync(join(folder, "stack.ts"), "utf8"), written);

  const ports = await portsFor("DB", "QUEUE", "CACHE", "BACKEND", "GATEWAY", "GATEWAY_SITE");
  await using running = await startSample(folder, { environment: "dev", env: ports });
  const states = await healthOf(running);
  for (const service of ["db", "queue", "cache", "backend", "worker", "beat", "gateway", "gateway-site"])
    assert.equal(states[service], "healthy", `${service}: ${JSON.stringify(states)}`);
  const url = `http://127.0.0.1:${ports["GATEWAY_PORT"]}`;
  assert.match(await (await fetch(url)).text(), /<div id="root">/);
  const decks = await fetch(`${url}/api/v1/decks`);
  assert.notEqual(decks.status, 502);
  assert.match(decks.headers.get("content-type") ?? "", /json/);
  // Nothing of what runs is committed by accident.
  assert.equal(readFileSync(join(folder, ".gantry/.gitignore"), "utf8"), "*\n");
  assert.ok(existsSync(join(folder, "deploy/compose.yaml")));
  await removeImages(running, folder);
});

test("a program that knows nothing of files of secrets gets them in its environment, in dev and in production", async () => {
  await using project = initiate(stranger);
  const answer = {
    path: "/",
    database: project.folder.slice(project.folder.lastIndexOf("/") + 1),
    key: "string",
  };
  const ports = await portsFor("DB", "API", "GATEWAY");
  const url = `http://127.0.0.1:${ports["GATEWAY_PORT"]}/`;
  {
    await using running = await startSample(project.folder, { environment: "dev", env: ports });
    assert.equal((await healthOf(running))["api"], "healthy");
    assert.deepEqual(await (await fetch(url)).json(), answer);
    const { out } = await running.gantry(["exec", "api", "cat", "/proc/1/cmdline"]);
    assert.match(out, /nodemon/);
  }
  const secrets = {
    DB_PASSWORD: randomBytes(12).toString("hex"),
    SESSION_SECRET: randomBytes(12).toString("hex"),
  };
  await using running = await startSample(project.folder, { env: { ...ports, ...secrets } });
  assert.deepEqual(await (await fetch(url)).json(), answer);
  await removeImages(running, project.folder);
});
