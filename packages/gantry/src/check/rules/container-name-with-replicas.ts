import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isForSwarm } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const containerNameWithReplicas: Rule = {
  code: "GC038",
  name: "container-name-with-replicas",
  family: "compose",
  rank: "will-fail",
  what: "A service with several replicas has a `container_name`.",
  why: "Names of containers are unique, so there can be one replica: Compose refuses with `can't set container_name and replicas` or `name is already in use`.",
  fix: "Remove `container_name`; other services reach all replicas by the name of the service.",
  aliases: [{ tool: "compose", id: "container_name and scale" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                container_name: shop-web
                deploy:
                  replicas: 2
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
              web:
                image: shop/web:2
                container_name: shop-web
                deploy:
                  replicas: 1
              api:
                image: shop/api:2
                scale: 3
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      // Swarm passes over container names.
      if (isForSwarm(project)) continue;
      const { containerName, replicas } = service;
      if (containerName === undefined || replicas === undefined || replicas.value < 2) continue;
      yield {
        at: containerName.span,
        message: `${service.name} wants ${replicas.value} replicas, but only one container can be named ${containerName.value}.`,
        related: [{ at: replicas.span, message: "the replicas" }],
      };
    }
  },
};
