import { rootImageOf } from "../../read/compose/questions.ts";
import { type ImageReference, tagVersion } from "../../read/image-reference.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { commandSettings } from "../insight/server-options.ts";
import type { Rule } from "../types.ts";

type Version = readonly [number, number];

/** A setting, the first version that has it, the first that has it no more, and what took its place. */
interface Setting {
  readonly since?: Version;
  readonly gone?: Version;
  readonly instead?: string;
}

/** From the release notes of PostgreSQL, https://www.postgresql.org/docs/release/. */
const postgres: Readonly<Record<string, Setting>> = {
  unix_socket_directory: { gone: [9, 3], instead: "unix_socket_directories" },
  checkpoint_segments: { gone: [9, 5], instead: "max_wal_size (about 48 MB for each segment)" },
  ssl_renegotiation_limit: { gone: [9, 5] },
  sql_inheritance: { gone: [10, 0] },
  min_parallel_relation_size: { gone: [10, 0], instead: "min_parallel_table_scan_size" },
  replacement_sort_tuples: { gone: [11, 0] },
  wal_keep_segments: { gone: [13, 0], instead: "wal_keep_size" },
  operator_precedence_warning: { gone: [14, 0] },
  vacuum_cleanup_index_scale_factor: { gone: [14, 0] },
  stats_temp_directory: { gone: [15, 0] },
  promote_trigger_file: { gone: [16, 0], instead: "pg_promote()" },
  vacuum_defer_cleanup_age: { gone: [16, 0] },
  force_parallel_mode: { gone: [16, 0], instead: "debug_parallel_query" },
  old_snapshot_threshold: { gone: [17, 0] },
  db_user_namespace: { gone: [17, 0] },
  trace_recovery_messages: { gone: [17, 0] },
  wal_keep_size: { since: [13, 0] },
  hash_mem_multiplier: { since: [13, 0] },
  maintenance_io_concurrency: { since: [13, 0] },
  max_slot_wal_keep_size: { since: [13, 0] },
  compute_query_id: { since: [14, 0] },
  idle_session_timeout: { since: [14, 0] },
  huge_page_size: { since: [14, 0] },
  recovery_prefetch: { since: [15, 0] },
  reserved_connections: { since: [16, 0] },
  vacuum_buffer_usage_limit: { since: [16, 0] },
  transaction_timeout: { since: [17, 0] },
  summarize_wal: { since: [17, 0] },
  io_method: { since: [18, 0] },
  io_workers: { since: [18, 0] },
};

/** From https://dev.mysql.com/doc/relnotes/mysql/, removed options. */
const mysql: Readonly<Record<string, Setting>> = {
  query_cache_size: { gone: [8, 0] },
  query_cache_type: { gone: [8, 0] },
  query_cache_limit: { gone: [8, 0] },
  innodb_file_format: { gone: [8, 0] },
  innodb_large_prefix: { gone: [8, 0] },
  innodb_undo_logs: { gone: [8, 0] },
  log_warnings: { gone: [8, 0], instead: "log_error_verbosity" },
  secure_auth: { gone: [8, 0] },
  default_authentication_plugin: { gone: [8, 4], instead: "authentication_policy" },
  master_info_repository: { gone: [8, 4] },
  relay_log_info_repository: { gone: [8, 4] },
};

const servers: Readonly<
  Record<string, { readonly title: string; readonly settings: Readonly<Record<string, Setting>> }>
> = {
  postgres: { title: "PostgreSQL", settings: postgres },
  mysql: { title: "MySQL", settings: mysql },
};

/** See `what`. */
export const serverOptionUnknown: Rule = {
  code: "GX010",
  name: "server-option-unknown",
  family: "across",
  rank: "will-fail",
  what: "A database server is started with a setting that its version does not know.",
  why: "The server refuses to start: `unrecognized configuration parameter`. With a restart policy it does so for ever.",
  fix: "Take the setting out, or use the one that took its place.",
  examples: {
    bad: [
      {
        title: "a setting that went with PostgreSQL 9.5",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:16-alpine
                command: >
                  postgres
                  -c shared_buffers=256MB
                  -c checkpoint_segments=64
          `,
        },
        at: ["compose.yaml:4"],
      },
      {
        title: "a setting that came later",
        files: {
          "compose.yaml":
            'services:\n  db:\n    image: postgres:16\n    command: ["-c", "io_method=worker"]\n',
        },
      },
      {
        title: "MySQL 8.4",
        files: {
          "compose.yaml":
            "services:\n  db:\n    image: mysql:8.4\n    command: --default-authentication-plugin=mysql_native_password\n",
        },
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                command: postgres -c max_wal_size=3GB -c wal_keep_size=64MB
              old:
                image: postgres:9.4
                command: postgres -c checkpoint_segments=64
              other:
                image: mysql:8.0
                command: --default-authentication-plugin=mysql_native_password
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const { service } of eachService(facts)) {
      const image = rootImageOf(service);
      const server = servers[image?.official ?? ""];
      const version = image === undefined ? undefined : versionOf(image);
      const span = service.command?.span ?? service.entrypoint?.span;
      if (image === undefined || server === undefined || version === undefined || span === undefined)
        continue;
      for (const name of commandSettings(service).keys()) {
        const setting = Object.hasOwn(server.settings, name) ? server.settings[name] : undefined;
        if (setting === undefined) continue;
        const gone = setting.gone !== undefined && !before(version, setting.gone);
        const early = setting.since !== undefined && before(version, setting.since);
        if (!gone && !early) continue;
        const [major, minor] = (gone ? setting.gone : setting.since) as Version;
        const release = minor === 0 && server.title === "PostgreSQL" ? String(major) : `${major}.${minor}`;
        yield {
          at: span,
          message: gone
            ? `${service.name} sets ${name}, which ${server.title} no longer knows since ${release}: ${image.text} will not start.`
            : `${service.name} sets ${name}, which ${server.title} knows from ${release} on: ${image.text} will not start.`,
          ...(setting.instead === undefined ? {} : { fix: `Use ${setting.instead} instead of ${name}.` }),
        };
      }
    }
  },
};

/** The version of a tag; the newest one for `latest` and none. */
function versionOf(image: ImageReference): Version | undefined {
  const version = tagVersion(image);
  if (version !== undefined) return [version[0] ?? 0, version[1] ?? (version[0] === 8 ? 4 : 0)];
  if (!image.known || image.digest !== undefined) return undefined;
  return image.tag === undefined || image.tag === "latest" ? [1000, 0] : undefined;
}

function before(version: Version, other: Version): boolean {
  return version[0] < other[0] || (version[0] === other[0] && version[1] < other[1]);
}
