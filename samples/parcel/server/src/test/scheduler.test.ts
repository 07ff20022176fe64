import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Database } from "../database/pool.ts";
import { recordHistory } from "../monitor/history.ts";
import { createParcel } from "../parcels/repository.ts";
import { type AdvanceJob, openQueue, queueNames, type TickJob } from "../queue/queues.ts";
import { runTick } from "../schedules/run.ts";
import { startScheduler } from "../schedules/scheduler.ts";
import { nextRun, type Schedule } from "../schedules/schedules.ts";
import { queueRecordedTicks, recordDueTicks, storeSchedules } from "../schedules/ticks.ts";
import { openEnvironment, until } from "./environment.ts";

const everyMinute: readonly Schedule[] = [{ name: "record-history", pattern: "0 * * * * *" }];
const at = (time: string): Date => new Date(`2030-01-01T${time}Z`);

async function ticksOf(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ due_at: Date }>(
    "SELECT due_at FROM schedule_ticks ORDER BY due_at",
  );
  return rows.map(({ due_at }) => due_at.toISOString().slice(11, 19));
}

test("the next run follows the pattern, in UTC", () => {
  assert.deepEqual(nextRun("0 30 3 * * *", at("03:30:00")), new Date("2030-01-02T03:30:00Z"));
  assert.deepEqual(nextRun("*/10 * * * * *", at("00:00:09")), at("00:00:10"));
});

suite("ticks", () => {
  test("are recorded when due, once, by however many schedulers", async () => {
    await using environment = await openEnvironment();
    const { database } = environment;
    await storeSchedules(database, everyMinute, at("10:00:30"));
    for (const time of ["10:00:59", "10:01:00", "10:01:01", "10:02:00"]) {
      await Promise.all([1, 2, 3, 4].map(() => recordDueTicks(database, at(time))));
    }
    assert.deepEqual(await ticksOf(database), ["10:01:00", "10:02:00"]);
  });

  test("survive a restart: the schedule goes on where it was, and what was missed is made up for once", async () => {
    await using environment = await openEnvironment();
    const { database } = environment;
    await storeSchedules(database, everyMinute, at("10:00:30"));
    // Nobody was there from 10:01 to 10:30.
    await storeSchedules(database, everyMinute, at("10:30:30"));
    await recordDueTicks(database, at("10:30:30"));
    await recordDueTicks(database, at("10:31:00"));
    assert.deepEqual(await ticksOf(database), ["10:01:00", "10:31:00"]);
  });

  test("of a schedule that was changed follow the new pattern, and one that was removed has none", async () => {
    await using environment = await openEnvironment();
    const { database } = environment;
    await storeSchedules(database, everyMinute, at("10:00:30"));
    await storeSchedules(database, [{ name: "record-history", pattern: "0 0 * * * *" }], at("10:00:30"));
    assert.equal(await recordDueTicks(database, at("10:05:00")), 0);
    assert.equal(await recordDueTicks(database, at("11:00:00")), 1);
    await storeSchedules(database, [], at("11:00:00"));
    assert.equal(await recordDueTicks(database, at("23:00:00")), 0);
  });

  test("are queued again after a crash before they were marked, and still run once", async () => {
    await using environment = await openEnvironment();
    const { database, queueRedis, namespace } = environment;
    await storeSchedules(database, everyMinute, at("10:00:30"));
    await recordDueTicks(database, at("10:01:00"));
    const queued: TickJob[] = [];
    await assert.rejects(
      queueRecordedTicks(database, async (tick) => {
        queued.push(tick);
        throw new Error("killed");
      }),
      /killed/,
    );
    await queueRecordedTicks(database, async (tick) => void queued.push(tick));
    assert.equal(queued.length, 2);
    assert.equal(await queueRecordedTicks(database, async () => assert.fail("queued a third time")), 0);

    const parcels = openQueue<AdvanceJob>(queueNames.parcels, queueRedis, namespace, environment.onError);
    const tools = { database, parcels, queues: [parcels] };
    const ran = await Promise.all(queued.map((tick) => runTick(tick, tools)));
    assert.deepEqual(ran.toSorted(), [false, true]);
    const { rows } = await database.query("SELECT queue FROM queue_history");
    assert.equal(rows.length, 1, "what a tick does was done once");
    await parcels.close();
  });

  test("two schedulers that run side by side queue every tick once", async () => {
    await using environment = await openEnvironment();
    const { database } = environment;
    const queued: string[] = [];
    const options = {
      database,
      schedules: [{ name: "record-history", pattern: "* * * * * *" }] as const,
      queue: async (tick: TickJob) => void queued.push(tick.dueAt),
      onError: (error: unknown) => assert.fail(error as Error),
      pauseMilliseconds: 5,
    };
    const schedulers = await Promise.all([startScheduler(options), startScheduler(options)]);
    await until(() => new Set(queued).size >= 3);
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
    const recorded = await ticksOf(database);
    assert.equal(new Set(recorded).size, recorded.length);
    assert.ok(schedulers.some((scheduler) => scheduler.makesProgress()));
  });
});

suite("scheduled work", () => {
  const runNow = async (name: Schedule["name"], prepare: (database: Database) => Promise<unknown>) => {
    await using environment = await openEnvironment();
    const { database, queueRedis, namespace } = environment;
    const parcels = openQueue<AdvanceJob>(queueNames.parcels, queueRedis, namespace, environment.onError);
    try {
      await prepare(database);
      await storeSchedules(database, [{ name, pattern: "0 * * * * *" }], at("10:00:30"));
      await recordDueTicks(database, at("10:01:00"));
      await runTick(
        { schedule: name, dueAt: at("10:01:00").toISOString() },
        { database, parcels, queues: [parcels] },
      );
      const { rows } = await database.query<{ description: string }>(
        "SELECT description FROM parcels ORDER BY id",
      );
      return { queued: await parcels.getWaitingCount(), left: rows.map(({ description }) => description) };
    } finally {
      await parcels.close();
    }
  };
  const create = (database: Database, description: string) =>
    createParcel(database, { sender: "Ada", recipient: "Grace", description, createdBy: null });

  test("parcels to which nothing happened for long get their next job again, others do not", async () => {
    const { queued } = await runNow("nudge-forgotten", async (database) => {
      await create(database, "forgotten");
      await database.query("UPDATE parcel_events SET happened_at = now() - interval '2 minutes'");
      await create(database, "fresh");
    });
    assert.equal(queued, 1);
  });

  test("old parcels are removed, with their events", async () => {
    const { left } = await runNow("clean-up", async (database) => {
      await create(database, "old");
      await database.query("UPDATE parcels SET created_at = now() - interval '91 days'");
      await create(database, "new");
    });
    assert.deepEqual(left, ["new"]);
  });
});

test("the history counts what finished since the entry before", async () => {
  const { readHistory } = await import("../monitor/history.ts");
  await using environment = await openEnvironment();
  const { database, queueRedis, namespace } = environment;
  const queue = openQueue<AdvanceJob>(queueNames.parcels, queueRedis, namespace, environment.onError);
  await recordHistory(database, queue);
  await database.query("UPDATE queue_history SET completed = 5, failed = 9");
  await recordHistory(database, queue);
  await database.query("UPDATE queue_history SET completed = 7 WHERE completed = 0");
  const history = await readHistory(database, 10);
  assert.deepEqual(
    history.map(({ completed, failed }) => ({ completed, failed })),
    [
      { completed: 2, failed: 0 },
      { completed: 0, failed: 0 },
    ],
  );
  await queue.close();
});
