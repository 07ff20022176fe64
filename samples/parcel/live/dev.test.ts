import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, startSample, until } from "../../../testbed/sample.ts";

const sample = fileURLToPath(new URL("..", import.meta.url));
const gantry = fileURLToPath(new URL("../../../packages/gantry", import.meta.url));

/** The sample under another name in a folder of its own: its sources are about to be edited. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), "gantry-parcel-dev-"));
  for (const part of ["server", "web"]) {
    cpSync(join(sample, part), join(folder, part), {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
  }
  writeFileSync(
    join(folder, "stack.ts"),
    readFileSync(join(sample, "stack.ts"), "utf8").replace('name: "parcel"', 'name: "parcel-watched"'),
  );
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(gantry, join(folder, "node_modules", "gantry"));
  return folder;
}

test("in dev, an edited page and an edited service are seen without a rebuild", async () => {
  const folder = copy();
  const ports = ["EDGE_PORT", "API_PORT", "MONITOR_PORT", "DB_PORT", "QUEUE_PORT", "CACHE_PORT"];
  const env = Object.fromEntries(
    await Promise.all(ports.map(async (name) => [name, await freePort()] as const)),
  );
  try {
    await using running = await startSample(folder, { environment: "dev", env });
    const watcher = spawn(process.execPath, [join(gantry, "bin/gantry.mjs"), "up", "--watch"], {
      cwd: folder,
      env: running.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((done) => watcher.on("close", done));
    try {
      let said = "";
      for (const stream of [watcher.stdout, watcher.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
      await until(
        async () => said,
        (text) => /watching/i.test(text),
      );
      const page = async (): Promise<string> =>
        await (await fetch(`http://127.0.0.1:${env["EDGE_PORT"]}/`)).text();
      assert.doesNotMatch(await page(), /EDITED PAGE/);
      const index = join(folder, "web/index.html");
      writeFileSync(index, readFileSync(index, "utf8").replace(/<title>[^<]*/, "<title>EDITED PAGE"));
      const api = join(folder, "server/src/api.ts");
      writeFileSync(
        api,
        `${readFileSync(api, "utf8")}\nconsole.log(JSON.stringify({ level: "info", msg: "edited service" }));\n`,
      );
      await until(page, (text) => text.includes("EDITED PAGE"));
      await until(
        async () => (await running.gantry(["logs", "api"])).out,
        (text) => text.includes("edited service"),
      );
    } finally {
      watcher.kill("SIGINT");
    }
    // Watching is over, and the stack stays up.
    assert.equal(await ended, 130);
    assert.equal((await fetch(`http://127.0.0.1:${env["API_PORT"]}/health`)).status, 200);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
