import type { Problem } from "../base/errors.ts";
import { flag, integer, object, record, size, text } from "../base/shape.ts";
import { humanBytes, parseBytes } from "../base/units.ts";
import type { ServiceMount } from "../blueprint/model.ts";
import { commonKeys, version } from "./common.ts";
import type { BackingService, CommonOptions, Part, PartDefinition, PartInput } from "./types.ts";

/** A QuestDB server, for time series. */
export interface QuestdbOptions extends CommonOptions {
  /** Version, such as `"8.2.1"`. */
  readonly version: string;
  /** Memory limit of the container; the JVM takes a quarter of it, mapped files the rest. Default: `"1g"`. */
  readonly memory?: string;
  /** Settings of the server by their own names, such as `{ "cairo.sql.copy.buffer.size": "4M" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files it may have open. Default: what the engine allows, which is a million for most; more than that, and it cannot start. */
  readonly openFiles?: number;
  /** Back the data up. Default: true. */
  readonly backup?: boolean;
  /** Variable that others find its HTTP address in. Default: `QUESTDB_URL`. */
  readonly env?: string;
}

/** A QuestDB server. */
export function questdb(options: QuestdbOptions): BackingService<never> {
  return { backing: "questdb", options: { ...options } };
}

/** uid and gid of `questdb` in the official images. */
const user = "10001:10001";

const data = "/var/lib/questdb";

/** HTTP with console, REST and ingestion; PostgreSQL's protocol; line protocol; health and metrics. */
const ports = { http: 9000, postgres: 8812, lines: 9009, health: 9003 } as const;

function describe({ name, environment, options, path }: PartInput<QuestdbOptions>): Part {
  const memory = parseBytes(options.memory ?? "1g") as number;
  const problems: Problem[] = [];
  if (memory < 512 * 1024 ** 2)
    problems.push({
      code: "GTY2305",
      path: `${path}.memory`,
      what: `${humanBytes(memory)} is too little for QuestDB`,
      why: "Its buffers for writing alone take about 300 MB beside the JVM's heap.",
      fix: 'Give at least "512m", better "1g".',
    });
  for (const key of Object.keys(options.settings ?? {})) {
    if (/^[a-z0-9.]+$/.test(key)) continue;
    problems.push({
      code: "GTY2306",
      path: `${path}.settings[${JSON.stringify(key)}]`,
      what: `${JSON.stringify(key)} is not the name of a QuestDB setting`,
      why: "They are small letters with dots between; Gantry makes the variable QDB_… of them.",
      fix: `Write ${JSON.stringify(
        key
          .replace(/^QDB_/i, "")
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, "."),
      )}.`,
    });
  }
  const settings: Readonly<Record<string, string>> = {
    "metrics.enabled": "true",
    "telemetry.enabled": "false",
    ...options.settings,
  };
  const mounts: ServiceMount[] = [
    { kind: "volume", volume: `${name}-data`, target: data, readOnly: false },
    { kind: "tmpfs", target: "/tmp", sizeBytes: undefined, mode: 0o1777, uid: undefined, gid: undefined },
  ];
  return {
    role: "database",
    kind: "questdb",
    image: `questdb/questdb:${options.version}`,
    environment: {
      ...Object.fromEntries(
        Object.keys(settings)
          .sort()
          .map((key) => [
            `QDB_${key.toUpperCase().replaceAll(".", "_")}`,
            { value: settings[key] as string },
          ]),
      ),
      JVM_PREPEND: {
        value: `-Djava.io.tmpdir=${data}`,
        comment: "Its native library is unpacked and run there; /tmp is in memory and runs nothing",
      },
    },
    secrets: [],
    listens: [
      { port: ports.http, protocol: "http", purpose: "console, REST and ingestion" },
      { port: ports.postgres, protocol: "tcp", purpose: "PostgreSQL's protocol" },
      { port: ports.lines, protocol: "tcp", purpose: "line protocol" },
      { port: ports.health, protocol: "http", purpose: "health and metrics" },
    ],
    mounts,
    volumes: [{ name: `${name}-data`, backup: environment !== "test" && options.backup !== false }],
    uses: [],
    health: {
      probe: { kind: "http", port: ports.health, path: "/" },
      // By bash: the image has neither curl nor wget (questdb/questdb#2873).
      test: [
        "CMD",
        "bash",
        "-c",
        `exec 3<>/dev/tcp/127.0.0.1/${ports.health} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 2 status <&3 && echo "$status" && [[ $status == *' 200 '* ]]`,
      ],
      startPeriodMs: 120_000,
    },
    graceMs: 60_000,
    security: { user, readOnlyRoot: true, addCapabilities: [] },
    resources: { memory },
    // Each column of each partition is a file. Most engines allow a million; one that allows less starts no container
    // that asks for more.
    ulimits: options.openFiles === undefined ? {} : { nofile: options.openFiles },
    // Both figures are QuestDB's own: https://questdb.com/docs/getting-started/capacity-planning/#os-configuration
    kernel: {
      "vm.max_map_count": {
        atLeast: 1_048_576,
        why: "It maps each column of each partition into memory; over the limit, queries of large tables fail with `could not mmap`.",
      },
      nofile: {
        atLeast: options.openFiles ?? 1_048_576,
        why: "It keeps each column of each partition open; over the limit, writing and reading fail.",
      },
    },
    files: {},
    comment:
      "Time series. On the host: sysctl vm.max_map_count=1048576, or large tables fail with `could not mmap`.",
    surge: { possible: false, because: "one server writes the data folder" },
    backing: { part: "questdb", version: options.version, data, settings },
    problems,
  };
}

/** QuestDB. */
export const questdbPart: PartDefinition<QuestdbOptions> = {
  name: "questdb",
  shape: object(
    {
      ...commonKeys,
      version,
      memory: size,
      settings: record(text),
      openFiles: integer(1024, 1_048_576),
      backup: flag,
      env: text,
    },
    ["version"],
  ),
  describe,
  address: (_name, options) => ({
    variable: options.env ?? "QUESTDB_URL",
    scheme: "http",
    port: ports.http,
  }),
};
