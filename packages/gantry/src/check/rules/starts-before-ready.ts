import { effectiveHealthcheck, imageOf } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf } from "../insight/databases.ts";
import type { Report, Rule } from "../types.ts";

/** They connect when somebody signs in. */
const pagesForPeople = ["adminer", "phpmyadmin", "pgadmin", "pgadmin4", "cloudbeaver"];
/** Images whose servers keep data, beside the databases. */
const otherServers = ["redis", "valkey", "rabbitmq", "elasticsearch", "kafka"];

/** See `what`. */
export const startsBeforeReady: Rule = {
  code: "GC030",
  name: "starts-before-ready",
  family: "compose",
  rank: "hardening",
  what: "A service depends on a database that has a health check, but does not wait for it.",
  why: "`depends_on` without a condition waits until the container was started, not until the server inside takes connections: on a slow day the first connection is refused.",
  fix: "Write the dependency with `condition: service_healthy`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              worker:
                image: shop/api:2
                depends_on:
                  - db
              db:
                image: postgres:17
                volumes: ["data:/var/lib/postgresql/data"]
                healthcheck:
                  test: pg_isready -U postgres -h 127.0.0.1
            volumes:
              data:
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "a web page that connects when somebody signs in",
        files: {
          "compose.yaml": dedent`
            services:
              adminer:
                image: adminer:5
                depends_on: [db]
              db:
                image: postgres:17
                healthcheck: { test: ["CMD", "pg_isready"] }
`,
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              worker:
                image: shop/api:2
                depends_on:
                  db:
                    condition: service_healthy
                  mail:
                    condition: service_started
              mail:
                image: axllent/mailpit:v1.21
                healthcheck:
                  test: ["CMD", "/mailpit", "readyz"]
              db:
                image: postgres:17
                healthcheck:
                  test: pg_isready -U postgres -h 127.0.0.1
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const own = imageOf(service);
      if (own.kind === "pulled" && pagesForPeople.includes(own.reference.name)) continue;
      for (const dependency of service.dependsOn) {
        const target = project.services.find(({ name }) => name === dependency.service);
        if (target === undefined || dependency.condition !== "service_started") continue;
        const image = imageOf(target);
        const keepsData =
          dataServerOf(target) !== undefined ||
          (image.kind === "pulled" && otherServers.includes(image.reference.name));
        const health = keepsData ? effectiveHealthcheck(target) : undefined;
        if (health === undefined || health.value.disabled || health.value.test === undefined) continue;
        yield {
          at: dependency.span,
          message: `${service.name} starts before ${target.name} takes connections, although ${target.name} has a health check.`,
          fix: `Write \`${target.name}: { condition: service_healthy }\` under \`depends_on\` of ${service.name}.`,
          related: [{ at: health.span, message: `the health check of ${target.name}` }],
        };
      }
    }
  },
};
