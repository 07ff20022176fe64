import type { Database, Queryable } from "../database/pool.ts";
import { inTransaction } from "../database/pool.ts";
import type { TickJob } from "../queue/queues.ts";
import { nextRun, type Schedule } from "./schedules.ts";

/** Stores the schedules: new ones are added, changed ones start anew, those that are gone are removed. */
export async function storeSchedules(
  database: Database,
  schedules: readonly Schedule[],
  now: Date,
): Promise<void> {
  await inTransaction(database, async (client) => {
    for (const { name, pattern } of schedules) {
      await client.query(
        `INSERT INTO schedules (name, pattern, next_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET pattern = excluded.pattern, next_at = excluded.next_at
         WHERE schedules.pattern <> excluded.pattern`,
        [name, pattern, nextRun(pattern, now)],
      );
    }
    await client.query("DELETE FROM schedules WHERE name <> ALL ($1)", [schedules.map(({ name }) => name)]);
  });
}

/**
 * Records a tick for every schedule that is due, and says when it is due next. Times missed while no scheduler ran are
 * made up for once, not one by one. Any number of schedulers may do this at the same time.
 */
export async function recordDueTicks(database: Database, now: Date): Promise<number> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<{ name: string; pattern: string; next_at: Date }>(
      `SELECT name, pattern, next_at FROM schedules WHERE next_at <= $1 ORDER BY name FOR UPDATE SKIP LOCKED`,
      [now],
    );
    for (const { name, pattern, next_at } of rows) {
      await client.query(
        "INSERT INTO schedule_ticks (schedule, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [name, next_at],
      );
      await client.query("UPDATE schedules SET next_at = $2 WHERE name = $1", [name, nextRun(pattern, now)]);
    }
    return rows.length;
  });
}

/**
 * Hands recorded ticks to `queue` and marks them. A crash between the two leaves a tick that is handed over again later:
 * its job has the same id, and {@link claimTick} lets it run once.
 */
export async function queueRecordedTicks(
  database: Database,
  queue: (tick: TickJob) => Promise<void>,
): Promise<number> {
  const { rows } = await database.query<{ schedule: string; due_at: Date }>(
    "SELECT schedule, due_at FROM schedule_ticks WHERE queued_at IS NULL ORDER BY due_at LIMIT 100",
  );
  for (const { schedule, due_at } of rows) {
    await queue({ schedule, dueAt: due_at.toISOString() });
    await database.query("UPDATE schedule_ticks SET queued_at = now() WHERE schedule = $1 AND due_at = $2", [
      schedule,
      due_at,
    ]);
  }
  return rows.length;
}

/**
 * Takes a tick to run it, inside the transaction that does its work: `false` when it ran before. Another worker with
 * the same tick waits for this transaction, and then finds it taken.
 */
export async function claimTick(client: Queryable, tick: TickJob): Promise<boolean> {
  const { rowCount } = await client.query(
    "UPDATE schedule_ticks SET ran_at = now() WHERE schedule = $1 AND due_at = $2 AND ran_at IS NULL",
    [tick.schedule, tick.dueAt],
  );
  return rowCount === 1;
}
