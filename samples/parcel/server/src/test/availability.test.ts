import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase } from "../database/pool.ts";
import { isUnavailable } from "../http/availability.ts";
import { openRedis } from "../queue/queues.ts";
import { openEnvironment } from "./environment.ts";

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail("it worked"),
    (error: unknown) => error,
  );

test("a server that is not there is unavailable, a query that is wrong is not", async () => {
  const ignore = (): void => undefined;
  // Port 1 is nobody's.
  const database = openDatabase({ databaseUrl: "postgres://u@127.0.0.1:1/d", databasePool: 1 }, ignore);
  assert.equal(isUnavailable(await thrownBy(database.query("SELECT 1"))), true);
  await database.end();
  const redis = openRedis("redis://127.0.0.1:1/0", "requests", ignore);
  assert.equal(isUnavailable(await thrownBy(redis.ping())), true);
  redis.disconnect();
  await using environment = await openEnvironment();
  assert.equal(isUnavailable(await thrownBy(environment.database.query("SELECT 1 / 0"))), false);
  assert.equal(isUnavailable(new TypeError("a mistake of ours")), false);
});

test("a connection that the server ends is unavailable", async () => {
  await using environment = await openEnvironment();
  const seen: Error[] = [];
  const database = openDatabase({ ...environment.settings, databasePool: 1 }, (error) => seen.push(error));
  const client = await database.connect();
  client.on("error", (error) => seen.push(error));
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const ended = new Promise((resolve) => client.once("end", resolve));
  await environment.database.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
  await ended;
  client.release(true);
  assert.ok(seen.length > 0);
  for (const error of seen) assert.equal(isUnavailable(error), true, error.message);
  await database.end();
});
