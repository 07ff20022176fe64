import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, startSample } from "../../../../testbed/sample.ts";

const sample = fileURLToPath(new URL("../../../../samples/learn-greek-easy", import.meta.url));
const gantry = fileURLToPath(new URL("../..", import.meta.url));
const program = join(gantry, "bin/gantry.mjs");

test("init in a project without a stack, then up: everything is healthy and answers through the gateway", async () => {
  const place = mkdtempSync(join(tmpdir(), "gantry-init-"));
  // The folder's name becomes the stack's: none that a sample's own run has.
  const name = `init${randomBytes(4).toString("hex")}`;
  const folder = join(place, name);
  try {
    const ours = /^(stack\.ts|deploy|live|node_modules|\.gantry|secrets)(\/|$)/;
    cpSync(sample, folder, {
      recursive: true,
      filter: (path) => !ours.test(relative(sample, path)) && !/node_modules|__pycache__/.test(path),
    });
    const init = (): string =>
      execFileSync(process.execPath, [program, "init"], { cwd: folder, encoding: "utf8", stdio: "pipe" });
    const said = init();
    assert.match(said, /backend\s+python\s+backend, worker, beat/);
    assert.match(said, /npm install --save-dev gantry\n\s+npx gantry up/);
    const written = readFileSync(join(folder, "stack.ts"), "utf8");
    assert.throws(init, /GTY1909/);
    assert.equal(readFileSync(join(folder, "stack.ts"), "utf8"), written);

    // What `npm install` would do.
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(gantry, join(folder, "node_modules/gantry"));
    const ports: Record<string, string> = {};
    for (const service of ["DB", "QUEUE", "CACHE", "BACKEND", "GATEWAY", "GATEWAY_SITE"])
      ports[`${service}_PORT`] = await freePort();
    await using running = await startSample(folder, { environment: "dev", env: ports });
    const { out } = await running.gantry(["ps", "--format", "json"]);
    const { result } = JSON.parse(out.trim().split("\n").at(-1) ?? "") as {
      result: { services: readonly { service: string; health?: string; state: string }[] };
    };
    const states = Object.fromEntries(
      result.services.map(({ service, state, health }) => [service, health ?? state]),
    );
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
    await running.gantry(["down", "--volumes"]);
    const images = (await running.docker("images", "--format", "{{.Repository}}:{{.Tag}}"))
      .split("\n")
      .filter((image) => image.startsWith(`${name}-`));
    await running.docker("rmi", "--force", ...images);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
