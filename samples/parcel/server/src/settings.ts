import { type LoadedConfig, loadConfig, withPassword } from "@gantry/runtime";
import { z } from "zod";

const schema = z.object({
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/ }),
  databasePassword: z.string().optional(),
  databasePool: z.coerce.number().int().min(1).max(100),
  queueUrl: z.url({ protocol: /^rediss?$/ }),
  queuePassword: z.string().optional(),
  cacheUrl: z.url({ protocol: /^rediss?$/ }),
  cachePassword: z.string().optional(),
  sessionKey: z.string().min(16),
  monitorPassword: z.string().min(8),
  port: z.coerce.number().int().min(0).max(65_535),
  /** Where a worker shows its metrics and health. */
  metricsPort: z.coerce.number().int().min(0).max(65_535),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
  version: z.string(),
  generation: z.string().optional(),
  /** Writes a client may send in a minute. */
  rateLimit: z.coerce.number().int().min(1),
  /** How many parcels a worker handles at once. */
  concurrency: z.coerce.number().int().min(1).max(10_000),
  /** Average time between two events of a parcel, in milliseconds. */
  stepMilliseconds: z.coerce.number().int().min(0),
  /** How often the carrier does not answer, from 0 to 1: shows retries at work. */
  carrierFailureRate: z.coerce.number().min(0).max(1),
  /** The file that says that a worker or scheduler makes progress. */
  heartbeatFile: z.string().min(1),
  /** Sets this process's keys and tables apart, for tests that share servers. */
  namespace: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .optional(),
});

type AllSettings = z.output<typeof schema>;
type Key = keyof AllSettings;

const variables = {
  databaseUrl: "DATABASE_URL",
  databasePassword: "DATABASE_PASSWORD",
  databasePool: "DATABASE_POOL",
  queueUrl: "QUEUE_URL",
  queuePassword: "QUEUE_PASSWORD",
  cacheUrl: "CACHE_URL",
  cachePassword: "CACHE_PASSWORD",
  sessionKey: "SESSION_KEY",
  monitorPassword: "MONITOR_PASSWORD",
  port: "PORT",
  metricsPort: "METRICS_PORT",
  logLevel: "LOG_LEVEL",
  version: "VERSION",
  generation: "GENERATION",
  rateLimit: "RATE_LIMIT",
  concurrency: "CONCURRENCY",
  stepMilliseconds: "STEP_MILLISECONDS",
  carrierFailureRate: "CARRIER_FAILURE_RATE",
  heartbeatFile: "HEARTBEAT_FILE",
  namespace: "NAMESPACE",
} as const satisfies Record<Key, string>;

const defaults = {
  databasePool: 10,
  port: 3000,
  metricsPort: 9464,
  logLevel: "info",
  version: "development",
  rateLimit: 300,
  concurrency: 200,
  stepMilliseconds: 1_500,
  carrierFailureRate: 0,
  heartbeatFile: "/tmp/alive",
} as const;

/** The quiet processes leave connections to the busy ones: the server has a hundred, and a deploy runs everything twice. */
const ownDefaults: Readonly<Partial<Record<ProcessName, Partial<Record<Key, unknown>>>>> = {
  scheduler: { databasePool: 2 },
  monitor: { databasePool: 3, port: 3001 },
};

const common = ["logLevel", "version", "generation", "namespace"] as const;
const database = ["databaseUrl", "databasePassword", "databasePool"] as const;
const queue = ["queueUrl", "queuePassword"] as const;
const cache = ["cacheUrl", "cachePassword"] as const;

/** Which settings each process needs: a process is not given, and does not ask for, the secrets of another one. */
const needs = {
  api: [...common, ...database, ...queue, ...cache, "sessionKey", "port", "rateLimit"],
  migrate: [...common, ...database],
  worker: [
    ...common,
    ...database,
    ...queue,
    "concurrency",
    "stepMilliseconds",
    "carrierFailureRate",
    "heartbeatFile",
    "metricsPort",
  ],
  scheduler: [...common, ...database, ...queue, "heartbeatFile"],
  monitor: [...common, ...database, ...queue, "monitorPassword", "port"],
} as const satisfies Record<string, readonly Key[]>;

/** The processes of this image. */
export type ProcessName = keyof typeof needs;

/** The settings of one process. */
export type Settings<Name extends ProcessName> = Pick<AllSettings, (typeof needs)[Name][number]>;

/**
 * Reads the settings of one process from the environment and its secret files.
 * @throws ConfigError with everything that is missing or wrong.
 */
export async function loadSettings<Name extends ProcessName>(
  name: Name,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LoadedConfig<Settings<Name>>> {
  const keys: ReadonlySet<string> = new Set(needs[name]);
  const only = <Values extends object>(values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key))) as Values;
  const picked = schema.pick(Object.fromEntries(needs[name].map((key) => [key, true])) as Record<Key, true>);
  const loaded = await loadConfig(picked, {
    variables: only(variables),
    secret: ["databasePassword", "queuePassword", "cachePassword", "sessionKey", "monitorPassword"],
    defaults: only({ ...defaults, ...ownDefaults[name] }),
    environment,
  });
  return { ...loaded, config: withPasswords(loaded.config) as Settings<Name> };
}

/** URLs come without their passwords, which come as files. */
function withPasswords(settings: AllSettings): AllSettings {
  const { databasePassword, queuePassword, cachePassword } = settings;
  return {
    ...settings,
    ...(settings.databaseUrl && { databaseUrl: withPassword(settings.databaseUrl, databasePassword) }),
    ...(settings.queueUrl && { queueUrl: withPassword(settings.queueUrl, queuePassword) }),
    ...(settings.cacheUrl && { cacheUrl: withPassword(settings.cacheUrl, cachePassword) }),
  };
}
