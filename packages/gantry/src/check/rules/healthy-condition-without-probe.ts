import type { ComposeProject, ComposeService } from "../../read/compose/model.ts";
import { effectiveHealthcheck, imageIn, serviceNamed } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isFragment } from "../insight/projects.ts";
import type { Rule } from "../types.ts";

/** See `what`. */
export const healthyConditionWithoutProbe: Rule = {
  code: "GX003",
  name: "healthy-condition-without-probe",
  family: "across",
  rank: "will-fail",
  what: "A service waits until another is healthy, but that one has no health check, neither in the Compose file nor in its image.",
  why: "`docker compose up` starts the dependency and then stops with `dependency failed to start: container has no healthcheck configured`. `docker compose config` accepts the file, so nobody notices before.",
  fix: "Give the dependency a health check, or wait with `condition: service_started`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build: api
                depends_on:
                  db:
                    condition: service_healthy
                  mail:
                    condition: service_healthy
              db:
                image: postgres:17
              mail:
                build: mail
          `,
          "mail/Dockerfile": 'FROM node:22-slim\nCMD ["node", "mail.js"]\n',
        },
        at: ["compose.yaml:5", "compose.yaml:7"],
      },
    ],
    good: [
      {
        title: "not required: Compose only warns",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on:
                  tracing: { condition: service_healthy, required: false }
              tracing:
                image: alpine:3.22
                profiles: [tracing]
`,
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build: api
                depends_on:
                  db:
                    condition: service_healthy
                  mail:
                    condition: service_healthy
                  search:
                    condition: service_healthy
              db:
                image: postgres:17
                healthcheck:
                  test: pg_isready -U postgres
              mail:
                build: mail
              search:
                image: registry.example.com/search:4
          `,
          "mail/Dockerfile": 'FROM node:22-slim\nHEALTHCHECK CMD ["node", "probe.js"]\n',
        },
      },
    ],
  },
  *check(facts) {
    for (const { project, service } of eachService(facts)) {
      if (isFragment(project)) continue;
      for (const dependency of service.dependsOn) {
        // What is not required may stay unhealthy: Compose only warns.
        if (dependency.condition !== "service_healthy" || !dependency.required) continue;
        const target = serviceNamed(project, dependency.service);
        const without = target === undefined ? undefined : lack(project, target);
        if (target === undefined || without === undefined) continue;
        yield {
          at: dependency.span,
          message: `${service.name} waits until ${target.name} is healthy, but ${without}.`,
          related: [{ at: target.nameSpan, message: `${target.name}, without a health check` }],
        };
      }
    }
  },
};

/** Why a service can never be healthy; `undefined` when it can, or when the files do not tell. */
function lack(project: ComposeProject, service: ComposeService): string | undefined {
  const image = imageIn(project, service);
  const probe = effectiveHealthcheck(service, image);
  if (probe?.value.disabled === true) return `the health check of ${service.name} is switched off`;
  if (probe?.value.test !== undefined) return undefined;
  const reference =
    image.kind === "pulled" ? image.reference : image.kind === "built" ? image.stage.rootImage : undefined;
  const fromScratch =
    image.kind === "built" && reference === undefined && image.stage.base.kind === "scratch";
  // Docker's official images come without a health check, as a rule of theirs; others may bring one.
  if (reference?.official === undefined && !fromScratch) return undefined;
  const where = image.kind === "built" ? image.dockerfile.path : `the image ${reference?.text ?? ""}`;
  return `neither the Compose file nor ${where} gives it a health check`;
}
