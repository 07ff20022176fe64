import type { Queue } from "bullmq";
import { type Database, inTransaction, type Queryable } from "../database/pool.ts";
import { recordHistory } from "../monitor/history.ts";
import { findForgotten } from "../parcels/repository.ts";
import { type AdvanceJob, queueForgottenStep, type TickJob } from "../queue/queues.ts";
import type { Schedule } from "./schedules.ts";
import { claimTick } from "./ticks.ts";

/** What scheduled work needs. */
export interface ScheduleTools {
  readonly database: Database;
  readonly parcels: Queue<AdvanceJob>;
  /** All queues, whose history is recorded. */
  readonly queues: readonly Queue[];
}

/** Seconds without an event after which a parcel counts as forgotten; longer than all retries of a step together. */
const forgottenAfterSeconds = 60;

/** Runs a tick unless it ran before; says whether it ran now. */
export async function runTick(tick: TickJob, tools: ScheduleTools): Promise<boolean> {
  return inTransaction(tools.database, async (client) => {
    if (!(await claimTick(client, tick))) return false;
    await work(tick.schedule as Schedule["name"], client, tools);
    return true;
  });
}

async function work(
  name: Schedule["name"],
  client: Queryable,
  { parcels, queues }: ScheduleTools,
): Promise<void> {
  switch (name) {
    case "nudge-forgotten":
      for (const { number, status } of await findForgotten(client, forgottenAfterSeconds)) {
        await queueForgottenStep(parcels, { number, after: status });
      }
      return;
    case "record-history":
      for (const queue of queues) await recordHistory(client, queue);
      return;
    case "clean-up":
      await client.query("DELETE FROM parcels WHERE created_at < now() - interval '90 days'");
      await client.query("DELETE FROM queue_history WHERE taken_at < now() - interval '7 days'");
      await client.query(
        "DELETE FROM schedule_ticks WHERE due_at < now() - interval '7 days' AND ran_at IS NOT NULL",
      );
      return;
    default:
      throw new Error(`no work is known for the schedule "${name satisfies never}"`);
  }
}
