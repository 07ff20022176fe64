/** What a command line runs that is no web server. */
export interface Workload {
  /** As people call it: `a Celery worker`. */
  readonly title: string;
  /** Where its library keeps its jobs when nothing else is said: `redis` when it knows nothing else. */
  readonly queue: "redis" | "any" | undefined;
}

const known: readonly (readonly [RegExp, string, Workload["queue"]])[] = [
  [/\bcelery\b.*\bbeat\b/, "a Celery scheduler", "any"],
  [/\bcelery\b.*\bworker\b/, "a Celery worker", "any"],
  [/(^|[\s/])rq worker\b|\bmanage\.py rqworker\b/, "an RQ worker", "redis"],
  [/\brqscheduler\b|\bmanage\.py rqscheduler\b/, "an RQ scheduler", "redis"],
  [/(^|[\s/])dramatiq\s/, "a Dramatiq worker", "any"],
  [/(^|[\s/])arq\s/, "an arq worker", "redis"],
  [/(^|[\s/])taskiq worker\b/, "a Taskiq worker", "any"],
  [/\bmanage\.py (run_huey|qcluster|process_tasks|db_worker)\b/, "a Django task worker", undefined],
  [/(^|[\s/])sidekiq\b/, "a Sidekiq worker", "redis"],
  [/\bresque:(work|scheduler)\b/, "a Resque worker", "redis"],
  [/\bjobs:work\b|\bsolid_queue:start\b/, "a Rails job worker", undefined],
  [/\bartisan (queue:(work|listen)|horizon)\b/, "a Laravel queue worker", "any"],
  [/\bartisan schedule:(run|work)\b/, "a Laravel scheduler", undefined],
];

/** What worker or scheduler a command line runs; `undefined` for servers, and for all that is not well known. */
export function workloadOf(words: readonly string[]): Workload | undefined {
  const line = words.join(" ");
  const found = known.find(([pattern]) => pattern.test(line));
  return found === undefined ? undefined : { title: found[1], queue: found[2] };
}
