import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { startHeartbeat } from "../src/heartbeat.ts";
import { until } from "./until.ts";

suite("heartbeat", () => {
  let folder = "";
  let file = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "runtime-heartbeat-"));
    file = join(folder, "alive");
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("touches its file at once and again, and removes it when it stops", async () => {
    const heartbeat = await startHeartbeat({ file, every: "5ms" });
    assert.ok(existsSync(file));
    await writeFile(file, "old");
    await until(async () => (await readFile(file, "utf8")) !== "old");
    await heartbeat.stop();
    assert.ok(!existsSync(file));
  });

  test("leaves the file alone while the check sees no progress, and goes on afterwards", async () => {
    let progress = true;
    let asked = 0;
    const warnings: unknown[] = [];
    const log = { warn: (...line: unknown[]) => void warnings.push(line), info: () => undefined };
    const check = (): boolean => {
      asked += 1;
      return progress;
    };
    const heartbeat = await startHeartbeat({ file, every: "5ms", check, log });
    progress = false;
    const before = asked;
    // The second question from here on was asked after the answer to the first one was dealt with.
    await until(() => asked >= before + 2);
    await writeFile(file, "old");
    await until(() => asked >= before + 4);
    assert.equal(await readFile(file, "utf8"), "old");
    assert.equal(warnings.length, 1, "it says so once, not at every beat");
    progress = true;
    await until(async () => (await readFile(file, "utf8")) !== "old");
    await heartbeat.stop();
  });

  test("a check that throws or never answers is no progress", async () => {
    for (const check of [() => Promise.reject(new Error("stuck")), () => new Promise(() => undefined)]) {
      const heartbeat = await startHeartbeat({ file, every: "5ms", check });
      assert.ok(!existsSync(file));
      await heartbeat.stop();
    }
  });

  test("a file that cannot be written is known at once", async () => {
    await assert.rejects(startHeartbeat({ file: join(folder, "missing", "alive") }), /ENOENT/);
  });
});
