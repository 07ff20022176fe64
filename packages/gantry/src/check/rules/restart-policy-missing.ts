import { isAlwaysRestarted } from "../../read/compose/questions.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { isForProduction } from "../insight/projects.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const restartPolicyMissing: Rule = {
  code: "GC036",
  name: "restart-policy-missing",
  family: "compose",
  rank: "hardening",
  what: "In a production file one long-running service has no restart policy while the others have one.",
  why: "After a crash or a reboot of the machine the others come back, and this one does not.",
  fix: "Add `restart: unless-stopped`.",
  examples: {
    bad: [
      {
        files: {
          "compose.prod.yaml": dedent`
            services:
              web:
                image: shop/web:2
                restart: unless-stopped
              api:
                image: shop/api:2
                restart: unless-stopped
              cache:
                image: redis:8
                expose: ["6379"]
          `,
        },
        at: ["compose.prod.yaml:8"],
      },
    ],
    good: [
      {
        title: "a job that others wait for",
        files: {
          "compose.prod.yaml": dedent`
            services:
              web:
                image: shop/web:2
                restart: unless-stopped
                depends_on:
                  migrate: { condition: service_completed_successfully }
              api:
                image: shop/api:2
                restart: always
              migrate:
                image: shop/api:2
                command: ["node", "migrate.js"]
              swarm:
                image: shop/api:2
                ports: ["80:80"]
                deploy:
                  restart_policy: { condition: any }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      if (!isForProduction(project)) continue;
      const started = project.services.filter(({ profiles }) => profiles.length === 0);
      const kept = started.filter(isAlwaysRestarted);
      if (kept.length < 2) continue;
      for (const service of started) {
        const longRunning =
          service.ports.length > 0 || service.expose.length > 0 || service.healthcheck !== undefined;
        if (service.restart !== undefined || !longRunning) continue;
        if (at(service.node, "deploy", "restart_policy") !== undefined) continue;
        yield {
          at: service.nameSpan,
          message: `${service.name} stays down after a crash or a reboot; ${listed(kept.map(({ name }) => name))} come back.`,
        };
      }
    }
  },
};
