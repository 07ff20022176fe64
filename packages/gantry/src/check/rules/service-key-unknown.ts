import { closest } from "../../base/names.ts";
import { fileKindOf } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { entriesOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { hasProblems } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const serviceKeyUnknown: Rule = {
  code: "GC040",
  name: "service-key-unknown",
  family: "compose",
  rank: "will-fail",
  what: "A service has a key that Compose does not know.",
  why: "Compose refuses the whole project, for every command: `Additional property ... is not allowed`. Most are misspelt, or stand one level too high.",
  fix: "Write the key that is meant, or begin its name with `x-` when it is for another tool.",
  aliases: [{ tool: "compose", id: "additional property" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends: [db]
              db:
                image: postgres:17
                resources: { limits: { memory: 512m } }
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:7"],
      },
    ],
    good: [
      {
        title: "what Compose knows, what it passes over, and files of other tools",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on: [db]
                x-team: shop
                pre_stop: [{ command: ./drain }]
              db:
                image: postgres:17
                deploy: { resources: { limits: { memory: 512m } } }
          `,
          "platform.yml": dedent`
            services:
              api:
                image: shop/api:2
                instances: 2
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const names = [...known];
    for (const { project, service } of eachService(facts)) {
      // What stands behind a broken place may be read as a key.
      if (hasProblems(project)) continue;
      const told = new Set<string>();
      for (const { key, keySpan } of entriesOf(service.node)) {
        if (known.has(key) || key.startsWith("x-") || ofOthers.has(key) || told.has(key)) continue;
        // Other tools have files with services, too; those with Compose's names are for Compose.
        if (fileKindOf(keySpan.file) !== "compose") continue;
        told.add(key);
        const inside = belongsIn[key];
        // A file may be made to have a great many.
        const near = told.size > mostSuggested ? undefined : closest(key, names);
        yield {
          at: keySpan,
          message: `Compose refuses to start: service ${service.name} has the key ${key}, which it does not know.`,
          ...(inside !== undefined
            ? { fix: `Write it under \`${inside}\`.` }
            : near !== undefined
              ? { fix: `Write \`${near}\` if that is meant.` }
              : {}),
        };
      }
    }
  },
};

/** Unknown keys of one service that a name is looked for. */
const mostSuggested = 20;

/** Keys of a service: https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json */
const known: ReadonlySet<string> = new Set([
  ...["annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent"],
  ...["command", "configs", "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota"],
  ...["cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec", "depends_on"],
  ...["deploy", "develop", "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname"],
  ...["entrypoint", "env_file", "environment", "expose", "extends", "external_links", "extra_hosts", "gpus"],
  ...["group_add", "healthcheck", "hostname", "image", "init", "ipc", "isolation", "label_file", "labels"],
  ...["links", "logging", "mac_address", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit"],
  ...["models", "network_mode", "networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit"],
  ...["platform", "ports", "post_start", "pre_start", "pre_stop", "privileged", "profiles", "provider"],
  ...["pull_policy", "pull_refresh_after", "read_only", "restart", "runtime", "scale", "secrets"],
  ...["security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal", "storage_opt"],
  ...["sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes"],
  ...["volumes_from", "working_dir"],
]);

/** Keys that other tools read in such files, and take out before Compose sees them: Coolify. */
const ofOthers: ReadonlySet<string> = new Set(["exclude_from_hc"]);

/** Keys of a part of a service, which are often written beside it. */
const belongsIn: Readonly<Record<string, string>> = {
  resources: "deploy",
  replicas: "deploy",
  placement: "deploy",
  restart_policy: "deploy",
  update_config: "deploy",
  context: "build",
  dockerfile: "build",
  args: "build",
  target: "build",
};
