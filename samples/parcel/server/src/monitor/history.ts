import type { Queue } from "bullmq";
import type { Queryable } from "../database/pool.ts";

/** How a queue stood at one moment. */
export interface HistoryEntry {
  readonly queue: string;
  readonly takenAt: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Finished jobs since the last entry. */
  readonly completed: number;
  /** Jobs that failed for good since the last entry. */
  readonly failed: number;
}

/** Records how a queue stands. Redis keeps the last jobs only; this outlives them. */
export async function recordHistory(client: Queryable, queue: Queue): Promise<void> {
  const counts = await queue.getJobCounts("waiting", "active", "delayed");
  const [completed, failed] = await Promise.all([
    finishedInAll(queue, "completed"),
    finishedInAll(queue, "failed"),
  ]);
  await client.query(
    `INSERT INTO queue_history (queue, taken_at, waiting, active, delayed, completed, failed)
     VALUES ($1, clock_timestamp(), $2, $3, $4, $5, $6)`,
    [queue.name, counts["waiting"] ?? 0, counts["active"] ?? 0, counts["delayed"] ?? 0, completed, failed],
  );
}

/** Workers count what they finish; unlike the lists of jobs, these counters are not trimmed. */
async function finishedInAll(queue: Queue, kind: "completed" | "failed"): Promise<number> {
  return (await queue.getMetrics(kind, 0, 0)).meta.count;
}

/** The last entries, the newest first, with what finished in each interval. */
export async function readHistory(client: Queryable, limit: number): Promise<readonly HistoryEntry[]> {
  const { rows } = await client.query<HistoryEntry>(
    `SELECT queue, to_json(taken_at) #>> '{}' AS "takenAt", waiting, active, delayed,
            -- A counter that went back was reset with its Redis.
            greatest(0, completed - lag(completed, 1, completed) OVER past)::int AS completed,
            greatest(0, failed - lag(failed, 1, failed) OVER past)::int AS failed
     FROM queue_history WINDOW past AS (PARTITION BY queue ORDER BY taken_at)
     ORDER BY taken_at DESC LIMIT $1`,
    [limit],
  );
  return rows;
}
