import { isAlwaysRestarted } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const jobRestartsForever: Rule = {
  code: "GC010",
  name: "job-restarts-forever",
  family: "compose",
  rank: "will-fail",
  what: "A service that others wait to complete has a restart policy that starts it again each time.",
  why: "`service_completed_successfully` waits for an end, but with `restart: always` or `unless-stopped` the engine starts the container again when it ends: a migration runs over and over, and whether the others ever start is luck.",
  fix: 'Give the job `restart: "no"`, or `on-failure` to have it tried again after an error.',
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              migrate:
                image: shop/api:2
                command: ["node", "migrate.js"]
                restart: unless-stopped
              api:
                image: shop/api:2
                restart: unless-stopped
                depends_on:
                  migrate:
                    condition: service_completed_successfully
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              migrate:
                image: shop/api:2
                command: ["node", "migrate.js"]
                restart: on-failure
              api:
                image: shop/api:2
                restart: unless-stopped
                depends_on:
                  migrate:
                    condition: service_completed_successfully
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const { restart } = service;
      if (restart === undefined || !isAlwaysRestarted(service)) continue;
      const waiting = project.services
        .flatMap((one) => one.dependsOn.map((dependency) => ({ one, dependency })))
        .find(
          ({ dependency }) =>
            dependency.service === service.name && dependency.condition === "service_completed_successfully",
        );
      if (waiting === undefined) continue;
      yield {
        at: restart.span,
        message: `${waiting.one.name} waits for ${service.name} to complete, but \`restart: ${restart.value}\` starts ${service.name} again each time it ends.`,
        related: [{ at: waiting.dependency.span, message: `${waiting.one.name} waits here` }],
      };
    }
  },
};
