/** What a command line runs that is no web server. */
export interface Workload {
  /** As people call it: `a Celery worker`. */
  readonly title: string;
  /** Where its library keeps its jobs when nothing else is said: `redis` when it knows nothing else. */
  readonly queue: "redis" | "any" | undefined;
}

/** A word that its command line has, the pattern of the line, and what it then is. */
const known: readonly (readonly [string, RegExp, string, Workload["queue"]])[] = [
  ["beat", /\bcelery\b.*\bbeat\b/, "a Celery scheduler", "any"],
  ["celery", /\bcelery\b.*\bworker\b/, "a Celery worker", "any"],
  ["rq", /(^|[\s/])rq worker\b|\bmanage\.py rqworker\b/, "an RQ worker", "redis"],
  ["rqscheduler", /\brqscheduler\b|\bmanage\.py rqscheduler\b/, "an RQ scheduler", "redis"],
  ["dramatiq", /(^|[\s/])dramatiq\s/, "a Dramatiq worker", "any"],
  ["arq", /(^|[\s/])arq\s/, "an arq worker", "redis"],
  ["taskiq", /(^|[\s/])taskiq worker\b/, "a Taskiq worker", "any"],
  [
    "manage.py",
    /\bmanage\.py (run_huey|qcluster|process_tasks|db_worker)\b/,
    "a Django task worker",
    undefined,
  ],
  ["sidekiq", /(^|[\s/])sidekiq\b/, "a Sidekiq worker", "redis"],
  ["resque", /\bresque:(work|scheduler)\b/, "a Resque worker", "redis"],
  ["jobs:work", /\bjobs:work\b/, "a Rails job worker", undefined],
  ["solid_queue", /\bsolid_queue:start\b/, "a Rails job worker", undefined],
  ["artisan", /\bartisan (queue:(work|listen)|horizon)\b/, "a Laravel queue worker", "any"],
  ["artisan", /\bartisan schedule:(run|work)\b/, "a Laravel scheduler", undefined],
];

/** What worker or scheduler a command line runs; `undefined` for servers, and for all that is not well known. */
export function workloadOf(words: readonly string[]): Workload | undefined {
  const line = words.join(" ");
  // Looking for a word costs nothing; making ready a pattern that is used once does.
  const found = known.find(([word, pattern]) => line.includes(word) && pattern.test(line));
  return found === undefined ? undefined : { title: found[2], queue: found[3] };
}
