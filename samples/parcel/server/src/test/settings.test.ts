import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "@gantry/runtime";
import { loadSettings } from "../settings.ts";

test("passwords come from files and end up in the URLs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parcel-settings-"));
  try {
    const file = join(folder, "password");
    await writeFile(file, "p@ss\n");
    const { config, secrets } = await loadSettings("scheduler", {
      DATABASE_URL: "postgres://parcel@db:5432/parcel",
      DATABASE_PASSWORD_FILE: file,
      QUEUE_URL: "redis://queue:6379/0",
      QUEUE_PASSWORD_FILE: file,
    });
    assert.equal(config.databaseUrl, "postgres://parcel:p%40ss@db:5432/parcel");
    assert.equal(config.queueUrl, "redis://:p%40ss@queue:6379/0");
    assert.equal(secrets.redact(config.databaseUrl), "postgres://parcel:[redacted]@db:5432/parcel");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a process asks for its own settings only, and names all that are missing or wrong", async () => {
  const error = await loadSettings("monitor", {
    DATABASE_URL: "mysql://db",
    MONITOR_PASSWORD: "short",
    PORT: "http",
  }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConfigError);
  assert.deepEqual(error.problems.map(({ key }) => key).toSorted(), [
    "databaseUrl",
    "monitorPassword",
    "port",
    "queueUrl",
  ]);
  assert.doesNotMatch(error.message, /short/);
});
