import { createLog, createMetrics, logCrashes, runInRequest, serve, startHeartbeat } from "@gantry/runtime";
import { type Job, Worker } from "bullmq";
import { openDatabase } from "./database/pool.ts";
import { reportOutages } from "./outages.ts";
import { advance, simulatedCarrier } from "./queue/advance.ts";
import {
  type AdvanceJob,
  closeRedis,
  openQueue,
  openRedis,
  prefixOf,
  queueNames,
  type TickJob,
} from "./queue/queues.ts";
import { trackRunningJobs } from "./queue/running.ts";
import { runTick } from "./schedules/run.ts";
import { loadSettings } from "./settings.ts";
import { start } from "./start.ts";

/** A step takes seconds. */
const longestJobMilliseconds = 60_000;

await start("worker", async () => {
  const { config, secrets } = await loadSettings("worker");
  const { namespace, version } = config;
  const log = createLog({ service: "worker", version, level: config.logLevel, secrets });
  logCrashes(log);
  const warn = reportOutages(log);
  const metrics = createMetrics({ labels: { service: "worker" } });

  const database = openDatabase(config, warn("the database"));
  const connection = openRedis(config.queueUrl, "work", warn("the queue"));
  const queue = openQueue<AdvanceJob>(queueNames.parcels, connection, namespace, warn("the queue"));
  const tickQueue = openQueue<TickJob>(queueNames.schedules, connection, namespace, warn("the queue"));
  const carrier = simulatedCarrier(config.stepMilliseconds, config.carrierFailureRate);
  const options = { connection, prefix: prefixOf(namespace), metrics: { maxDataPoints: 60 } };

  const running = trackRunningJobs(longestJobMilliseconds);
  // Every line that a job logs carries its id, as lines of requests carry theirs.
  const run = <Result>(job: Job, name: string, work: () => Promise<Result>): Promise<Result> =>
    runInRequest({ requestId: `job-${job.id}` }, () =>
      running.track(`${name} ${job.id}`, () => metrics.trackJob(name, work)),
    );
  const advancing = new Worker<AdvanceJob>(
    queueNames.parcels,
    (job) => run(job, "advance", () => advance(job.data, { database, queue, carrier })),
    { ...options, concurrency: config.concurrency },
  );
  const ticking = new Worker<TickJob>(
    queueNames.schedules,
    (job) =>
      run(job, job.data.schedule, () =>
        runTick(job.data, { database, parcels: queue, queues: [queue, tickQueue] }),
      ),
    options,
  );
  const workers = [advancing, ticking] as const;
  for (const worker of workers) {
    worker.on("error", warn("the queue"));
    worker.on("failed", (job, error) =>
      log.warn(
        { job: job?.id, attempt: job?.attemptsMade, of: job?.opts.attempts, err: error },
        "a job failed",
      ),
    );
    worker.on("completed", (job) => log.debug({ job: job.id }, "a job is done"));
  }

  const heartbeat = await startHeartbeat({
    file: config.heartbeatFile,
    log,
    check: async () => {
      await connection.ping();
      return workers.every((worker) => worker.isRunning()) && !running.stuck();
    },
  });
  const { shutdown } = await serve({
    service: "worker",
    version,
    port: config.metricsPort,
    log,
    secrets,
    metrics,
    checks: [
      { name: "database", check: () => database.query("SELECT 1") },
      { name: "queue", check: () => connection.ping() },
    ],
    jobs: [
      {
        name: "workers",
        close: () => Promise.all(workers.map((worker) => worker.close())),
        running: running.names,
      },
    ],
  });
  shutdown.closeLast("the database", () => database.end());
  shutdown.closeLast("the queue's Redis", () => closeRedis(connection));
  shutdown.closeLast("the queues", () => Promise.all([queue.close(), tickQueue.close()]));
  shutdown.closeLast("the heartbeat", () => heartbeat.stop());
  log.info({ concurrency: config.concurrency }, "waiting for jobs");
});
