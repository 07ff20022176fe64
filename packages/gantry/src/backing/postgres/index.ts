import type { Problem } from "../../base/errors.ts";
import { variableName } from "../../base/names.ts";
import {
  either,
  flag,
  integer,
  isNumber,
  isText,
  list,
  object,
  positive,
  record,
  size,
  text,
} from "../../base/shape.ts";
import { parseBytes } from "../../base/units.ts";
import { joinPath } from "../../blueprint/files.ts";
import { patiently, shellWord } from "../../blueprint/helpers.ts";
import type { ServiceMount } from "../../blueprint/model.ts";
import { commonKeys, version } from "../common.ts";
import type { BackingService, CommonOptions, Part, PartDefinition, PartInput } from "../types.ts";
import { settingProblems, throwAway, tune } from "./settings.ts";

/** A PostgreSQL server. */
export interface PostgresOptions extends CommonOptions {
  /** Major version, such as `"17"`. */
  readonly version: string;
  /** Variant of the official image. Default: `trixie`. */
  readonly variant?: string;
  /** Memory limit; buffers and caches are derived from it. Default: `"512m"`. */
  readonly memory?: string;
  /** Database that is made at the first start. Default: the stack's name. */
  readonly database?: string;
  /** Its owner. Default: the stack's name. */
  readonly user?: string;
  /** SQL and shell files that run once, on an empty data folder, in this order. */
  readonly init?: readonly string[];
  /** Server settings, added to the derived ones; checked against the version. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Most connections at once. Default: 100. */
  readonly maxConnections?: number;
  /** Record what queries cost, in `pg_stat_statements`. Default: true. */
  readonly statistics?: boolean;
  /** Back the data up. Default: true. */
  readonly backup?: boolean;
  /** Variable that others find its address in. Default: `DATABASE_URL`; with several databases `NAME_URL`. */
  readonly env?: string;
  /** `/dev/shm`, for parallel queries. Default: a quarter of the memory. */
  readonly shm?: string;
}

/** A PostgreSQL server, tuned from its memory limit. */
export function postgres(options: PostgresOptions): BackingService<never> {
  return { backing: "postgres", options: { ...options } };
}

/** Numeric user of the official images; Alpine's differs. */
const userOf = (variant: string): number => (variant.includes("alpine") ? 70 : 999);

function describe({
  name,
  stack,
  environment,
  options,
  files,
  output,
  path,
}: PartInput<PostgresOptions>): Part {
  const major = Number(options.version.split(".")[0]);
  const variant = options.variant ?? "trixie";
  const memory = parseBytes(options.memory ?? "512m") as number;
  const uid = userOf(variant);
  const secret = `${variableName(name)}_PASSWORD`;
  const maxConnections = options.maxConnections ?? 100;
  const problems: Problem[] = [
    ...settingProblems(Object.keys(options.settings ?? {}), major, `${path}.settings`),
  ];
  if (memory < 64 * 1024 ** 2) {
    problems.push({
      code: "GTY2302",
      path: `${path}.memory`,
      what: `${options.memory} is too little for PostgreSQL`,
      why: "It needs about 64 MB before the first connection.",
      fix: 'Give at least "128m".',
    });
  }
  const inits = options.init ?? [];
  for (const [index, file] of inits.entries()) {
    if (files.read(file) === undefined) {
      problems.push({
        code: "GTY1103",
        path: `${path}.init[${index}]`,
        what: `there is no file ${file}`,
        fix: "Paths are relative to stack.ts.",
      });
    }
  }

  const disposable = environment === "test";
  const derived = {
    ...tune({ memory, cpus: options.cpus, maxConnections, major }),
    ...(disposable ? throwAway : {}),
  };
  const settings: Record<string, string> = Object.fromEntries(
    Object.entries(derived).map(([key, entry]) => [key, entry.value]),
  );
  if (options.statistics !== false) settings["shared_preload_libraries"] = "pg_stat_statements";
  for (const [key, value] of Object.entries(options.settings ?? {})) {
    // A library of the user's own must not push the statistics out.
    settings[key] =
      key === "shared_preload_libraries" && options.statistics !== false
        ? `pg_stat_statements,${value}`
        : String(value);
  }
  const made = options.statistics === false ? {} : { [`postgres/${name}/00-statistics.sql`]: statisticsSql };
  // From 18 on the image keeps data in a folder per major version below the mount (docker-library/postgres#1259).
  const mount = major >= 18 ? "/var/lib/postgresql" : "/var/lib/postgresql/data";
  const data = major >= 18 ? `/var/lib/postgresql/${major}/docker` : mount;
  const mounts: ServiceMount[] = [
    disposable
      ? { kind: "tmpfs", target: mount, sizeBytes: undefined, mode: 0o700, uid, gid: uid }
      : { kind: "volume", volume: `${name}-data`, target: mount, readOnly: false },
    { kind: "tmpfs", target: "/var/run/postgresql", sizeBytes: undefined, mode: 0o775, uid, gid: uid },
    { kind: "tmpfs", target: "/tmp", sizeBytes: undefined, mode: 0o1777, uid: undefined, gid: undefined },
    ...Object.keys(made).map((file) => initMount(joinPath(output, file), "00-statistics.sql")),
    ...inits.map((file, index) => initMount(file, `${String(index + 10)}-${file.split("/").at(-1) ?? file}`)),
  ];
  const database = options.database ?? stack.replaceAll("-", "_");
  const user = options.user ?? stack.replaceAll("-", "_");
  const ready = `pg_isready --host=127.0.0.1 --username=${shellWord(user)} --dbname=${shellWord(database)}`;
  return {
    role: "database",
    kind: "postgres",
    image: `postgres:${options.version}-${variant}`,
    command: [
      "postgres",
      ...Object.keys(settings)
        .sort()
        .map((key) => `--${key}=${settings[key]}`),
    ],
    environment: {
      POSTGRES_DB: { value: database },
      POSTGRES_USER: { value: user },
      POSTGRES_INITDB_ARGS: {
        value: "--encoding=UTF8 --data-checksums",
        comment: "Checksums find a failing disk before it spreads",
      },
    },
    secrets: [
      {
        secret,
        target: `/run/secrets/${secret}`,
        variable: "POSTGRES_PASSWORD_FILE",
        purpose: `password of ${user} in ${name}`,
        generate: true,
      },
    ],
    listens: [{ port: 5432, protocol: "tcp", purpose: "PostgreSQL" }],
    mounts,
    volumes: disposable ? [] : [{ name: `${name}-data`, backup: options.backup !== false }],
    uses: [],
    health: {
      probe: { kind: "tcp", port: 5432 },
      // By TCP: the socket already answers while the first start still runs its init scripts (docker-library/postgres#880).
      test: ["CMD-SHELL", `${patiently(`${ready} --quiet`)}\n${ready}`],
      startPeriodMs: 120_000,
    },
    graceMs: 60_000,
    security: { user: `${uid}:${uid}`, readOnlyRoot: true, addCapabilities: [] },
    shmBytes: parseBytes(options.shm ?? "") ?? Math.max(64 * 1024 ** 2, Math.floor(memory / 4)),
    resources: { memory },
    files: made,
    comment: `Settings are derived from the memory limit of ${options.memory ?? "512m"}: 25 % shared_buffers, 75 % effective_cache_size.`,
    surge: { possible: false, because: "one server writes the data folder" },
    backing: {
      part: "postgres",
      version: options.version,
      passwordSecret: secret,
      database,
      user,
      data,
      settings,
    },
    problems,
  };
}

const statisticsSql = `-- What each query costs: SELECT query, calls, mean_exec_time FROM pg_stat_statements ORDER BY total_exec_time DESC;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
`;

function initMount(source: string, name: string): ServiceMount {
  return { kind: "bind", source, target: `/docker-entrypoint-initdb.d/${name}`, readOnly: true };
}

/** PostgreSQL. */
export const postgresPart: PartDefinition<PostgresOptions> = {
  name: "postgres",
  shape: object(
    {
      ...commonKeys,
      version,
      variant: text,
      database: text,
      user: text,
      init: list(text),
      settings: record(either({ when: isText, use: text }, { when: isNumber, use: positive })),
      maxConnections: integer(1, 10_000),
      statistics: flag,
      backup: flag,
      env: text,
      shm: size,
    },
    ["version"],
  ),
  describe,
  address: (name, options, stack) => ({
    variable: options.env ?? "DATABASE_URL",
    scheme: "postgres",
    port: 5432,
    user: options.user ?? stack.replaceAll("-", "_"),
    database: options.database ?? stack.replaceAll("-", "_"),
    passwordSecret: `${variableName(name)}_PASSWORD`,
  }),
};
