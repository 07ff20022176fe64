import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isForSwarm } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const replicasShareHostPort: Rule = {
  code: "GC009",
  name: "replicas-share-host-port",
  family: "compose",
  rank: "will-fail",
  what: "A service with several replicas publishes one fixed host port.",
  why: "Each replica is a container of its own and wants the port; the second stops with `port is already allocated`.",
  fix: "Put a proxy in front and publish only that one, or publish a range with a port for each replica.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: .
                ports:
                  - "8080:80"
                deploy:
                  replicas: 3
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "a range, or a port that Docker chooses",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: .
                ports: ["8080-8082:80", "9090"]
                scale: 3
          `,
        },
      },
      {
        title: "Swarm balances a published port over the replicas",
        files: {
          "docker-stack.yml": dedent`
            services:
              web:
                image: shop/web:2
                ports: ["8080:80"]
                deploy:
                  replicas: 3
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const replicas = service.replicas?.value ?? 1;
      if (replicas < 2 || isForSwarm(project)) continue;
      for (const port of service.ports) {
        const { published } = port;
        if (published === undefined || port.dynamic || published.last - published.first + 1 >= replicas)
          continue;
        yield {
          at: port.span,
          message: `Service ${service.name} has ${replicas} replicas, and each wants host port ${published.first}; only one can have it.`,
          ...(service.replicas === undefined
            ? {}
            : { related: [{ at: service.replicas.span, message: "the replicas" }] }),
        };
      }
    }
  },
};
