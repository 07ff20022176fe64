import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { connectionOptions, type DatabaseSettings } from "./pool.ts";

/** A file of SQL that brings the database one step forward. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Where the migrations are: beside the compiled code, which they ship with, or beside the sources. */
const shipped = new URL(
  import.meta.url.endsWith(".ts") ? "../../migrations/" : "../migrations/",
  import.meta.url,
);

/** The migrations that belong to this build, in order. */
export async function readMigrations(folder: URL = shipped): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), "utf8") })),
  );
}

/** Any number will do as long as all who migrate take the same. */
const advisoryLock = 7_272_735;

/**
 * Applies the migrations that the database has not seen, each in a transaction of its own. A second one that starts at
 * the same time waits for the first. Returns the names of those it applied.
 * @throws Error when an applied migration was edited afterwards, or when one fails, which leaves no trace of itself.
 */
export async function migrate(
  settings: DatabaseSettings,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const client = new pg.Client(connectionOptions(settings));
  await client.connect();
  try {
    // Held by the session: it ends with the connection, whatever happens to this process.
    await client.query("SELECT pg_advisory_lock($1)", [advisoryLock]);
    return await applyMissing(client, migrations);
  } finally {
    await client.end();
  }
}

async function applyMissing(client: pg.Client, migrations: readonly Migration[]): Promise<readonly string[]> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM schema_migrations",
  );
  const seen = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const applied: string[] = [];
  for (const { name, sql } of migrations) {
    const checksum = createHash("sha256").update(sql).digest("hex");
    const known = seen.get(name);
    if (known === checksum) continue;
    if (known !== undefined) {
      throw new Error(
        `Migration ${name} was changed after it was applied. Undo the change and add a new migration.`,
      );
    }
    await client.query("BEGIN");
    try {
      await client.query(sql);
      await client.query("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", [name, checksum]);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw new Error(`Migration ${name} failed and was undone.`, { cause: error });
    }
    applied.push(name);
  }
  return applied;
}
