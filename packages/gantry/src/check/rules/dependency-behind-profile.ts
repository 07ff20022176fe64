import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { hasProblems } from "../insight/projects.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const dependencyBehindProfile: Rule = {
  code: "GC006",
  name: "dependency-behind-profile",
  family: "compose",
  rank: "will-fail",
  what: "A service that always starts depends on one that only a profile starts.",
  why: "Without that profile Compose refuses to start: `depends on undefined service`. It starts no profile on its own.",
  fix: "Give both the same profiles, or write the dependency with `required: false`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                depends_on:
                  - mail
              mail:
                image: axllent/mailpit:v1.21
                profiles: [tools]
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "same profile, or not required",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                depends_on:
                  mail:
                    condition: service_started
                    required: false
              mail:
                image: axllent/mailpit:v1.21
                profiles: [tools]
              mail-admin:
                image: shop/mail-admin:1
                profiles: [tools]
                depends_on: [mail]
          `,
        },
      },
      {
        title: "the .env file turns the profile on",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                depends_on: [mail]
              mail:
                image: axllent/mailpit:v1.21
                profiles: [tools]
          `,
          ".env": "COMPOSE_PROFILES=tools\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      if (hasProblems(project)) continue;
      const active = new Set(
        (project.dotenv.get("COMPOSE_PROFILES") ?? "").split(",").map((one) => one.trim()),
      );
      for (const { service: name, required, span } of service.dependsOn) {
        const target = project.services.find((one) => one.name === name);
        const profiles = target?.profiles.map(({ value }) => value) ?? [];
        if (!required || profiles.length === 0 || service.profiles.length > 0) continue;
        if (active.has("*") || profiles.some((profile) => active.has(profile))) continue;
        yield {
          at: span,
          message: `\`docker compose up\` fails: ${service.name} depends on ${name}, which only starts with profile ${listed(profiles)}.`,
          ...(target === undefined
            ? {}
            : { related: [{ at: target.nameSpan, message: `${name} and its profiles` }] }),
        };
      }
    }
  },
};
