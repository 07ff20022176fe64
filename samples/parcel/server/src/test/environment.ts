import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { migrate, readMigrations } from "../database/migrations.ts";
import { type Database, openDatabase } from "../database/pool.ts";
import { openRedis, prefixOf } from "../queue/queues.ts";
import { loadSettings, type Settings } from "../settings.ts";

/** Real servers, and a corner of them that nobody else uses. */
export interface TestEnvironment extends AsyncDisposable {
  readonly settings: Settings<"api">;
  /** Set it for processes that are started. */
  readonly namespace: string;
  readonly prefix: string;
  readonly database: Database;
  readonly queueRedis: Redis;
  readonly cacheRedis: Redis;
  /** Fails the test: nothing may break on the way unheard. */
  readonly onError: (error: Error) => void;
}

/** Opens what the environment variables name. Without `migrated`, the corner of the database is empty. */
export async function openEnvironment(migrated = true): Promise<TestEnvironment> {
  const namespace = `test_${randomBytes(6).toString("hex")}`;
  const { config: settings } = await loadSettings("api", {
    SESSION_KEY: "only for tests, and long enough",
    ...process.env,
    NAMESPACE: namespace,
  });
  const fail = (error: Error): void => {
    throw error;
  };
  const database = openDatabase(settings, fail);
  await database.query(`CREATE SCHEMA ${namespace}`);
  if (migrated) await migrate(settings, await readMigrations());
  const queueRedis = openRedis(settings.queueUrl, "work", fail);
  const cacheRedis = openRedis(settings.cacheUrl, "requests", fail);
  const prefix = prefixOf(namespace);
  return {
    settings,
    namespace,
    prefix,
    database,
    queueRedis,
    cacheRedis,
    onError: fail,
    [Symbol.asyncDispose]: async () => {
      await database.query(`DROP SCHEMA ${namespace} CASCADE`);
      await database.end();
      for (const redis of [queueRedis, cacheRedis]) {
        for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 500 })) {
          if ((keys as string[]).length > 0) await redis.del(keys as string[]);
        }
        await redis.quit();
      }
    },
  };
}

/** Waits until the condition holds; the test runner's time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}
