import { createLog, gracefulShutdown, logCrashes, startHeartbeat } from "@gantry/runtime";
import { openDatabase } from "./database/pool.ts";
import { reportOutages } from "./outages.ts";
import { closeRedis, openQueue, openRedis, queueNames, queueTick, type TickJob } from "./queue/queues.ts";
import { startScheduler } from "./schedules/scheduler.ts";
import { schedules } from "./schedules/schedules.ts";
import { loadSettings } from "./settings.ts";
import { start } from "./start.ts";

await start("scheduler", async () => {
  const { config, secrets } = await loadSettings("scheduler");
  const log = createLog({ service: "scheduler", version: config.version, level: config.logLevel, secrets });
  logCrashes(log);
  const warn = reportOutages(log);

  const database = openDatabase(config, warn("the database"));
  const connection = openRedis(config.queueUrl, "work", warn("the queue"));
  const queue = openQueue<TickJob>(queueNames.schedules, connection, config.namespace, warn("the queue"));
  const scheduler = await startScheduler({
    database,
    schedules,
    queue: (tick) => queueTick(queue, tick),
    onError: warn("a part of the schedule"),
  });
  const heartbeat = await startHeartbeat({
    file: config.heartbeatFile,
    log,
    check: () => scheduler.makesProgress(),
  });

  const shutdown = gracefulShutdown({ log, jobs: [{ name: "schedules", close: () => scheduler.stop() }] });
  shutdown.closeLast("the database", () => database.end());
  shutdown.closeLast("the queue's Redis", () => closeRedis(connection));
  shutdown.closeLast("the queue", () => queue.close());
  shutdown.closeLast("the heartbeat", () => heartbeat.stop());
  log.info({ schedules: schedules.map(({ name }) => name) }, "keeping the schedules");
});
