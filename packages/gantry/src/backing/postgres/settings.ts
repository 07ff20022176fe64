import type { Problem } from "../../base/errors.ts";
import { closest } from "../../base/names.ts";

const MB = 1024 ** 2;

/** Settings of a server, by name, with why each is as it is. */
export type Settings = Readonly<Record<string, { readonly value: string; readonly why: string }>>;

/**
 * Settings for a container with `memory` bytes, as PGTune gives them for web applications
 * (https://github.com/le0pard/pgtune): they come from the container's limit, never from the host.
 */
export function tune(options: {
  memory: number;
  cpus: number | undefined;
  maxConnections: number;
  major: number;
}): Settings {
  const { memory, maxConnections, major } = options;
  const shared = Math.floor(memory / 4);
  const workers = Math.max(2, Math.floor(options.cpus ?? 2));
  const settings: Record<string, { value: string; why: string }> = {
    max_connections: {
      value: String(maxConnections),
      why: "each costs memory; pools of the services must add up to less",
    },
    shared_buffers: { value: megabytes(shared), why: "25 % of the memory limit" },
    effective_cache_size: {
      value: megabytes(memory * 0.75),
      why: "75 % of the memory limit: what the planner may expect to be cached",
    },
    maintenance_work_mem: {
      value: megabytes(Math.min(memory / 16, 2048 * MB)),
      why: "1/16 of the memory limit, 2 GB at most",
    },
    work_mem: {
      value: `${Math.max(4096, Math.floor((memory - shared) / ((maxConnections + workers) * 3) / 1024))}kB`,
      why: "what is left, shared by all connections with three sorts each; 4 MB at least",
    },
    wal_buffers: {
      value: megabytes(Math.min(Math.max(shared * 0.03, MB), 16 * MB)),
      why: "3 % of shared_buffers, 16 MB at most",
    },
    min_wal_size: {
      value: megabytes(Math.min(1024 * MB, Math.max(80 * MB, memory))),
      why: "keeps segments for reuse",
    },
    max_wal_size: {
      value: megabytes(Math.min(4096 * MB, Math.max(1024 * MB, memory * 2))),
      why: "fewer forced checkpoints",
    },
    checkpoint_completion_target: { value: "0.9", why: "spreads the writes of a checkpoint" },
    random_page_cost: {
      value: "1.1",
      why: "solid state disks: random reads cost about as much as sequential ones",
    },
    effective_io_concurrency: { value: "200", why: "solid state disks answer many reads at once" },
    jit: { value: "off", why: "compiling costs more than it saves in short queries" },
  };
  if (major >= 15) settings["wal_compression"] = { value: "lz4", why: "less to write and to archive" };
  // io_uring is blocked by Docker's default seccomp profile.
  if (major >= 18)
    settings["io_method"] = {
      value: "worker",
      why: "io_uring is blocked by the engine's default seccomp profile",
    };
  return settings;
}

/** Settings for data that is thrown away: nothing waits for a disk. */
export const throwAway: Settings = {
  fsync: { value: "off", why: "the data is thrown away" },
  synchronous_commit: { value: "off", why: "the data is thrown away" },
  full_page_writes: { value: "off", why: "the data is thrown away" },
};

function megabytes(bytes: number): string {
  return `${Math.max(1, Math.floor(bytes / MB))}MB`;
}

/** Settings by the first major version that knows them (release notes of PostgreSQL, appendix E). */
const since: Readonly<Record<string, number>> = {
  max_slot_wal_keep_size: 13,
  wal_keep_size: 13,
  maintenance_io_concurrency: 13,
  hash_mem_multiplier: 13,
  logical_decoding_work_mem: 13,
  autovacuum_vacuum_insert_threshold: 13,
  autovacuum_vacuum_insert_scale_factor: 13,
  wal_skip_threshold: 13,
  huge_page_size: 14,
  compute_query_id: 14,
  idle_session_timeout: 14,
  client_connection_check_interval: 14,
  track_wal_io_timing: 14,
  enable_memoize: 14,
  recovery_prefetch: 15,
  archive_library: 15,
  stats_fetch_consistency: 15,
  log_startup_progress_interval: 15,
  allow_in_place_tablespaces: 15,
  vacuum_buffer_usage_limit: 16,
  reserved_connections: 16,
  createrole_self_grant: 16,
  icu_validation_level: 16,
  scram_iterations: 16,
  io_combine_limit: 17,
  transaction_timeout: 17,
  summarize_wal: 17,
  sync_replication_slots: 17,
  allow_alter_system: 17,
  event_triggers: 17,
  io_method: 18,
  io_workers: 18,
  io_max_combine_limit: 18,
  autovacuum_worker_slots: 18,
  max_active_replication_origins: 18,
  oauth_validator_libraries: 18,
};

/** Settings by the first major version that refuses them, and what took their place. */
const until: Readonly<Record<string, { readonly major: number; readonly instead: string }>> = {
  checkpoint_segments: {
    major: 10,
    instead: "max_wal_size (since 9.5; one segment is 16 MB, three of them a checkpoint)",
  },
  sql_inheritance: { major: 10, instead: "nothing; inheritance is always on" },
  min_parallel_relation_size: { major: 10, instead: "min_parallel_table_scan_size" },
  replacement_sort_tuples: { major: 11, instead: "nothing" },
  default_with_oids: { major: 12, instead: "nothing; tables have no OIDs" },
  recovery_target_timeline_file: { major: 12, instead: "recovery_target_timeline" },
  wal_keep_segments: { major: 13, instead: "wal_keep_size (in megabytes: segments times 16)" },
  vacuum_cleanup_index_scale_factor: { major: 14, instead: "nothing" },
  operator_precedence_warning: { major: 14, instead: "nothing" },
  stats_temp_directory: { major: 15, instead: "nothing; statistics live in shared memory" },
  vacuum_defer_cleanup_age: { major: 16, instead: "nothing" },
  promote_trigger_file: { major: 16, instead: "pg_promote()" },
  force_parallel_mode: { major: 16, instead: "debug_parallel_query" },
  old_snapshot_threshold: { major: 17, instead: "nothing" },
  trace_recovery_messages: { major: 17, instead: "nothing" },
  db_user_namespace: { major: 17, instead: "nothing" },
};

/** Why a server of `major` refuses a setting; empty when it does not, as far as is known. */
export function settingProblems(names: readonly string[], major: number, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const name of names) {
    const gone = until[name];
    const first = since[name];
    if (gone !== undefined && major >= gone.major) {
      problems.push({
        code: "GTY2301",
        path: `${path}.${name}`,
        what: `PostgreSQL ${major} does not know ${name}`,
        why: "A server refuses to start with a setting that it does not know.",
        fix: gone.instead === "nothing" ? "Remove it." : `Use ${gone.instead}.`,
      });
    } else if (first !== undefined && major < first) {
      problems.push({
        code: "GTY2301",
        path: `${path}.${name}`,
        what: `PostgreSQL ${major} does not know ${name} yet`,
        why: `It came with PostgreSQL ${first}; a server refuses to start with a setting that it does not know.`,
        fix: `Remove it, or use version "${first}" or later.`,
      });
    } else if (!/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/.test(name)) {
      const meant = closest(name, [...Object.keys(since), ...Object.keys(until)]);
      problems.push({
        code: "GTY2301",
        path: `${path}[${JSON.stringify(name)}]`,
        what: `${JSON.stringify(name)} is not the name of a PostgreSQL setting`,
        fix:
          meant === undefined
            ? "Names have small letters, digits and underscores."
            : `Did you mean ${meant}?`,
      });
    }
  }
  return problems;
}
