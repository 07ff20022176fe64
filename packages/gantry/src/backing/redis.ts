import type { Problem } from "../base/errors.ts";
import { flag, object, oneOf, record, size, text } from "../base/shape.ts";
import { formatBytes, humanBytes, parseBytes } from "../base/units.ts";
import type { ServiceMount } from "../blueprint/model.ts";
import { commonKeys, version } from "./common.ts";
import type { BackingService, CommonOptions, Part, PartDefinition, PartInput } from "./types.ts";

/** A Redis server for one kind of use; each use wants other eviction and persistence, so each gets a server of its own. */
export interface RedisOptions extends CommonOptions {
  /** Version, such as `"8"`. */
  readonly version: string;
  /**
   * `cache`: evicts the least used, keeps nothing over a restart. `queue`: never evicts (a lost job is a lost job) and
   * keeps its data. `sessions`: evicts only keys that expire anyway, and keeps its data.
   */
  readonly use: "cache" | "queue" | "sessions";
  /** Variant of the official image. Default: `trixie`. */
  readonly variant?: string;
  /** Memory limit of the container. Default: `"128m"`, or what `maxmemory` needs. */
  readonly memory?: string;
  /** Memory for data. Default: 75 % of `memory` for a cache, 50 % where persistence forks and copies. */
  readonly maxmemory?: string;
  /** Back the data up. Default: true, except for a cache. */
  readonly backup?: boolean;
  /** Server settings, such as `{ "notify-keyspace-events": "Ex" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Variable that others find its address in. Default: `REDIS_URL`; with several servers `NAME_URL`. */
  readonly env?: string;
}

/** A Redis server. */
export function redis(options: RedisOptions): BackingService<never> {
  return { backing: "redis", options: { ...options } };
}

const eviction: Readonly<Record<RedisOptions["use"], string>> = {
  cache: "allkeys-lru",
  queue: "noeviction",
  sessions: "volatile-lru",
};

function describe({ name, environment, options, path }: PartInput<RedisOptions>): Part {
  const persists = options.use !== "cache" && environment !== "test";
  const share = options.use === "cache" ? 0.75 : 0.5;
  const wanted = parseBytes(options.maxmemory ?? "");
  const memory = parseBytes(options.memory ?? "") ?? roundUp((wanted ?? 96 * 1024 ** 2) / share);
  const data = wanted ?? Math.floor((memory * share) / 1024 ** 2) * 1024 ** 2;
  const problems: Problem[] = [];
  if (data > memory * 0.9) {
    problems.push({
      code: "GTY2303",
      path: `${path}.maxmemory`,
      what: `${name} may keep ${humanBytes(data)} of data in a container of ${humanBytes(memory)}`,
      why: "Redis needs memory beside its data: for clients, replication and, when it persists, for pages that change during a snapshot. The engine would end it.",
      fix: `Lower maxmemory to ${formatBytes(Math.floor((memory * share) / 1024 ** 2) * 1024 ** 2)}, or raise memory to ${formatBytes(roundUp(data / share))}.`,
    });
  }
  const policy = options.settings?.["maxmemory-policy"];
  if (options.use === "queue" && policy !== undefined && policy !== "noeviction") {
    problems.push({
      code: "GTY2304",
      path: `${path}.settings["maxmemory-policy"]`,
      what: `${name} is a queue, and ${policy} throws its jobs away when memory is short`,
      why: "Queue libraries such as BullMQ and Celery lose or stall jobs on a server that evicts (taskforcesh/bullmq#1046).",
      fix: 'Remove the setting, or use: "cache".',
    });
  }
  const settings: Record<string, string> = {
    maxmemory: formatBytes(data).replace(/([kmg])$/, "$1b"),
    "maxmemory-policy": eviction[options.use],
    appendonly: persists ? "yes" : "no",
    ...(persists ? { appendfsync: "everysec" } : {}),
    // Snapshots beside the append-only file cost a fork and give nothing more.
    save: "",
    ...options.settings,
  };
  const uid = 999;
  const gid = (options.variant ?? "").includes("alpine") ? 1000 : 999;
  const mounts: ServiceMount[] = persists
    ? [{ kind: "volume", volume: `${name}-data`, target: "/data", readOnly: false }]
    : [{ kind: "tmpfs", target: "/data", sizeBytes: undefined, mode: 0o700, uid, gid }];
  return {
    role: "cache",
    kind: "redis",
    image: `redis:${options.version}-${options.variant ?? "trixie"}`,
    command: [
      "redis-server",
      ...Object.keys(settings)
        .sort()
        .flatMap((key) => [`--${key}`, settings[key] as string]),
    ],
    environment: {},
    secrets: [],
    listens: [{ port: 6379, protocol: "tcp", purpose: "Redis" }],
    mounts,
    volumes: persists ? [{ name: `${name}-data`, backup: options.backup !== false }] : [],
    uses: [],
    health: {
      probe: { kind: "tcp", port: 6379 },
      // -e: an error answer, such as LOADING, is a failure.
      test: ["CMD", "redis-cli", "-e", "ping"],
      startPeriodMs: 60_000,
    },
    graceMs: 30_000,
    security: { user: `${uid}:${gid}`, readOnlyRoot: true, addCapabilities: [] },
    resources: { memory },
    // Only who writes to disk forks.
    kernel: persists
      ? {
          "vm.overcommit_memory": {
            equals: 1,
            why: "It forks to rewrite what it keeps on disk; the kernel may refuse that when memory is short, and the file grows on.",
          },
        }
      : {},
    files: {},
    comment: comments[options.use],
    surge: persists
      ? { possible: false, because: "one server writes the data folder" }
      : { possible: false, because: "its data is in memory" },
    backing: { part: "redis", version: options.version, data: "/data", settings },
    problems,
  };
}

const comments: Readonly<Record<RedisOptions["use"], string>> = {
  cache: "A cache: evicts the least used keys when it is full, keeps nothing over a restart.",
  queue: "A queue: never evicts, because an evicted job is a lost job; writes each second to disk.",
  sessions: "Sessions: evicts only keys that expire anyway; writes each second to disk.",
};

function roundUp(bytes: number): number {
  const step = 16 * 1024 ** 2;
  return Math.ceil(bytes / step) * step;
}

/** Redis. */
export const redisPart: PartDefinition<RedisOptions> = {
  name: "redis",
  shape: object(
    {
      ...commonKeys,
      version,
      use: oneOf(["cache", "queue", "sessions"]),
      variant: text,
      maxmemory: size,
      backup: flag,
      settings: record(text),
      env: text,
    },
    ["version", "use"],
  ),
  describe,
  address: (_name, options) => ({
    variable: options.env ?? "REDIS_URL",
    scheme: "redis",
    port: 6379,
    database: "0",
  }),
};
