import assert from "node:assert/strict";
import { test } from "node:test";
import { migrate, readMigrations } from "../database/migrations.ts";
import { openEnvironment } from "./environment.ts";

test("migrations are applied once, also when several start at the same time", async () => {
  await using environment = await openEnvironment(false);
  const migrations = await readMigrations();
  assert.ok(migrations.length >= 3);
  const runs = await Promise.all([1, 2, 3].map(() => migrate(environment.settings, migrations)));
  assert.deepEqual(
    runs.flat(),
    migrations.map(({ name }) => name),
  );
  assert.deepEqual(await migrate(environment.settings, migrations), []);
});

test("a migration that fails leaves nothing behind, and is tried again", async () => {
  await using environment = await openEnvironment(false);
  const broken = { name: "0001.sql", sql: "CREATE TABLE half (id int); SELECT 1 / 0;" };
  await assert.rejects(migrate(environment.settings, [broken]), /0001\.sql failed and was undone/);
  const fixed = { ...broken, sql: "CREATE TABLE half (id int);" };
  assert.deepEqual(await migrate(environment.settings, [fixed]), ["0001.sql"]);
});

test("a migration that was changed after it was applied is refused", async () => {
  await using environment = await openEnvironment(false);
  await migrate(environment.settings, [{ name: "0001.sql", sql: "CREATE TABLE one (id int);" }]);
  await assert.rejects(
    migrate(environment.settings, [{ name: "0001.sql", sql: "CREATE TABLE one (id bigint);" }]),
    /0001\.sql was changed after it was applied/,
  );
});
