import { type JobsOptions, Queue } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import { type Status, stepAfter } from "../parcels/parcel.ts";

/** The queues, by what their jobs do. */
export const queueNames = { parcels: "parcels", schedules: "schedules" } as const;

/** Moves a parcel from `after` to the step that follows. */
export interface AdvanceJob {
  readonly number: string;
  readonly after: Status;
}

/** Runs a schedule's tick. */
export interface TickJob {
  readonly schedule: string;
  readonly dueAt: string;
}

/** What a connection to Redis is for, which says how long to wait for a Redis that does not answer. */
const patience = {
  /** Workers and schedulers have nothing to do without it: they wait. */
  work: { maxRetriesPerRequest: null },
  /** Somebody waits for the answer to a request: a moment. */
  requests: { maxRetriesPerRequest: 1 },
  /** Everything works without it: not at all. */
  cache: { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 500 },
} as const satisfies Record<string, RedisOptions>;

/** A connection to Redis. `onError` hears of broken connections, which come back on their own. */
export function openRedis(url: string, use: keyof typeof patience, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    ...patience[use],
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  redis.on("error", onError);
  return redis;
}

/** Closes a connection; one that is broken is given up rather than waited for. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === "ready") await redis.quit();
  else redis.disconnect();
}

/** Prefix of everything that is kept in Redis. */
export function prefixOf(namespace: string | undefined): string {
  return namespace === undefined ? "parcel" : `parcel-${namespace}`;
}

/** A queue to add jobs to, and to look at. */
export function openQueue<Data>(
  name: string,
  connection: Redis,
  namespace: string | undefined,
  onError: (error: Error) => void,
): Queue<Data> {
  const queue = new Queue<Data>(name, { connection, prefix: prefixOf(namespace) });
  // Without a listener BullMQ prints errors as they are, which is no log line.
  queue.on("error", onError);
  return queue;
}

/** Retries wait longer each time, and not all at the same moment; the last jobs are kept to be looked at. */
const jobOptions: JobsOptions = {
  attempts: 6,
  backoff: { type: "exponential", delay: 500, jitter: 0.5 },
  removeOnComplete: { count: 1_000 },
  removeOnFail: { count: 5_000 },
};

/** Queues the step that follows `after`; nothing when the parcel has arrived. Queued twice, it runs once. */
export async function queueNextStep(queue: Queue<AdvanceJob>, job: AdvanceJob): Promise<void> {
  const jobId = stepJobId(job);
  if (jobId !== undefined) await queue.add("advance", job, { ...jobOptions, jobId });
}

/** Queues the step again whose job was lost, or failed for good. */
export async function queueForgottenStep(queue: Queue<AdvanceJob>, job: AdvanceJob): Promise<void> {
  const jobId = stepJobId(job);
  const known = jobId === undefined ? undefined : await queue.getJob(jobId);
  // A job that failed for good is still known by its id, so that adding it again would do nothing.
  if (await known?.isFailed()) await known?.retry("failed");
  else await queueNextStep(queue, job);
}

function stepJobId({ number, after }: AdvanceJob): string | undefined {
  const next = stepAfter(after);
  return next && `${number}-${next.status.replaceAll(" ", "-")}`;
}

/** Queues the run of a tick. Queued twice, it runs once. */
export async function queueTick(queue: Queue<TickJob>, job: TickJob): Promise<void> {
  const jobId = `${job.schedule}-${Date.parse(job.dueAt)}`;
  await queue.add(job.schedule, job, { ...jobOptions, jobId });
}
