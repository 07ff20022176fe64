import { eachService } from "../../read/walk.ts";
import { at, entriesOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { isNamedForSwarm } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const swarmSettingIgnored: Rule = {
  code: "GC033",
  name: "swarm-setting-ignored",
  family: "compose",
  rank: "hardening",
  what: "A service that only Compose can run has settings that only Swarm obeys.",
  why: "`docker compose up` reads `update_config` and its kind and does nothing with them: it stops a container before it starts the new one, whatever `order: start-first` says. The promised update without interruption does not happen.",
  fix: "Remove the setting, and use a deploy that starts the new container beside the old one; or make it a stack for `docker stack deploy`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: .
                deploy:
                  replicas: 3
                  update_config:
                    parallelism: 1
                    order: start-first
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "Swarm can run it",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                deploy:
                  replicas: 3
                  update_config:
                    order: start-first
          `,
        },
      },
      {
        title: "Compose obeys these",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: .
                deploy:
                  replicas: 3
                  resources:
                    limits: { memory: 256M }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      if (isNamedForSwarm(project)) continue;
      const reason = reasonAgainstSwarm(service.node);
      const deploy = at(service.node, "deploy");
      if (reason === undefined || deploy === undefined) continue;
      for (const { key, keySpan } of entriesOf(deploy)) {
        if (!ignored.has(key)) continue;
        yield {
          at: keySpan,
          message: `\`docker compose up\` ignores \`deploy.${key}\` of ${service.name}, and Swarm cannot run ${service.name} (${reason}).`,
        };
      }
    }
  },
};

const ignored = new Set(["update_config", "rollback_config", "endpoint_mode", "placement"]);

/** Why `docker stack deploy` could not run a service as it is; `undefined` when it could. */
function reasonAgainstSwarm(node: Parameters<typeof at>[0]): string | undefined {
  if (at(node, "image") === undefined && at(node, "build") !== undefined)
    return "it has `build` and no `image`";
  const kept = ["container_name", "network_mode", "devices", "profiles"].find(
    (key) => at(node, key) !== undefined,
  );
  return kept === undefined ? undefined : `\`${kept}\` is for Compose only`;
}
