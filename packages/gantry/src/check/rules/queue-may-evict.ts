import { hasAny } from "../../base/text.ts";
import type { ComposeProject, ComposeService, EnvironmentEntry } from "../../read/compose/model.ts";
import { effectiveCommand, imageIn, serverKind } from "../../read/compose/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { resolvePath } from "../../read/paths.ts";
import type { Span } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { addressesOf } from "../insight/addresses.ts";
import { namesOf } from "../insight/projects.ts";
import { commandSettings } from "../insight/server-options.ts";
import { workloadOf } from "../insight/workloads.ts";
import type { Rule } from "../types.ts";

/** See `what`. */
export const queueMayEvict: Rule = {
  code: "GX011",
  name: "queue-may-evict",
  family: "across",
  rank: "loses-data",
  what: "A task queue is kept in a Redis that throws keys away when its memory is full.",
  why: "With an `allkeys-*` policy Redis deletes any key to make room, queues and unfinished tasks among them, and tells nobody. Celery, RQ, Sidekiq and BullMQ all ask for `noeviction`.",
  fix: "Use `--maxmemory-policy noeviction` for the queue, and a Redis of its own for the cache.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              redis:
                image: redis:8-alpine
                command: redis-server --maxmemory 128mb --maxmemory-policy allkeys-lru
              worker:
                image: shop:2
                command: celery -A shop worker
                environment:
                  REDIS_URL: redis://redis:6379/0
          `,
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              queue:
                image: redis:8-alpine
                command: redis-server --maxmemory 128mb --maxmemory-policy noeviction
              cache:
                image: redis:8-alpine
                command: redis-server --maxmemory 128mb --maxmemory-policy allkeys-lru
              worker:
                image: shop:2
                command: celery -A shop worker
                environment:
                  CELERY_BROKER_URL: redis://queue:6379/0
                  CACHE_URL: redis://cache:6379/0
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const { project, service } of eachService(facts)) {
      const kind = serverKind(service);
      if (kind !== "redis" && kind !== "valkey") continue;
      const policy = policyOf(facts, service);
      if (policy === undefined || !policy.value.startsWith("allkeys-")) continue;
      const user = queueUser(project, service);
      if (user === undefined) continue;
      yield {
        at: policy.span,
        message: `${service.name} deletes keys when memory is full (${policy.value}), but ${user.because}.`,
        related: [{ at: user.span, message: "where the queue is used" }],
      };
    }
  },
};

/** The eviction policy that a Redis gets, from its command line or from a configuration file of the project. */
function policyOf(facts: ProjectFacts, service: ComposeService): { value: string; span: Span } | undefined {
  const command = service.command ?? service.entrypoint;
  const given = commandSettings(service).get("maxmemory_policy");
  if (given !== undefined && command !== undefined) return { value: given.toLowerCase(), span: command.span };
  for (const volume of service.volumes) {
    if (!volume.target.endsWith(".conf") || volume.source === undefined || volume.type !== "bind") continue;
    const folder = volume.span.file.includes("/")
      ? volume.span.file.slice(0, volume.span.file.lastIndexOf("/"))
      : "";
    const path = resolvePath(folder, volume.source);
    const text = path === undefined ? undefined : facts.readText(path);
    const value = /^\s*maxmemory-policy\s+(\S+)/m.exec(text ?? "")?.[1];
    if (value !== undefined) return { value: value.toLowerCase(), span: volume.span };
  }
  return undefined;
}

const redisSchemes = ["redis:", "rediss:"];
const brokerSchemes = [...redisSchemes, "amqp:", "amqps:", "nats:", "sqs:"];

function hasScheme(entry: EnvironmentEntry, schemes: readonly string[]): boolean {
  return schemes.some((scheme) => entry.value?.startsWith(scheme));
}

const queueWords: ReadonlySet<string> = new Set([
  ...["QUEUE", "JOB", "JOBS", "RQ", "ARQ", "SIDEKIQ", "BULL", "BULLMQ", "DRAMATIQ", "HUEY"],
]);

/** Whether a variable's name speaks of a queue: `CELERY_BROKER_URL`, `QUEUE_REDIS_URL`. */
function isForQueue({ name }: EnvironmentEntry): boolean {
  const words = name.split("_").slice(0, -1);
  return hasAny(name, ["BROKER", "CELERY"]) || words.some((word) => queueWords.has(word));
}

/** Who keeps tasks in it; `undefined` when nobody is seen to. */
function queueUser(
  project: ComposeProject,
  server: ComposeService,
): { readonly because: string; readonly span: Span } | undefined {
  const names = namesOf(server);
  for (const service of project.services) {
    const words = effectiveCommand(service, imageIn(project, service))?.words ?? [];
    const workload = workloadOf(words);
    const here = service.environment.filter(
      (entry) => hasScheme(entry, redisSchemes) && addressesOf(entry).some(({ host }) => names.has(host)),
    );
    const named = here.find(isForQueue);
    if (named !== undefined)
      return { because: `${service.name} keeps tasks in it (${named.name})`, span: named.span };
    // A worker that knows one Redis and no other broker keeps its tasks there.
    const brokers = service.environment.filter((entry) => hasScheme(entry, brokerSchemes));
    const [only] = here;
    if (workload?.queue === undefined || only === undefined || here.length !== brokers.length) continue;
    return {
      because: `${service.name} is ${workload.title} and has no other broker (${only.name})`,
      span: only.span,
    };
  }
  return undefined;
}
