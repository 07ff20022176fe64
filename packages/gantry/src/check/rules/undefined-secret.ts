import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { definedAnywhere, hasProblems } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const undefinedSecret: Rule = {
  code: "GC003",
  name: "undefined-secret",
  family: "compose",
  rank: "will-fail",
  what: "A service or a build is given a secret or config that the project does not define.",
  why: "Compose refuses the whole project: `service refers to undefined secret` (or config).",
  fix: "Define it under the top-level `secrets:` (or `configs:`) with `file:`, `environment:` or `external: true`.",
  aliases: [{ tool: "compose", id: "undefined secret" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                secrets: [session_key]
            secrets:
              session-key:
                file: ./session.key
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
                secrets:
                  - source: session_key
                    target: key
                configs: [routes]
            secrets:
              session_key:
                environment: SESSION_KEY
            configs:
              routes:
                file: ./routes.json
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const secrets = definedAnywhere(facts, "secrets");
    const configs = definedAnywhere(facts, "configs");
    for (const { project, service } of eachService(facts)) {
      if (hasProblems(project)) continue;
      const grants = [
        ...service.secrets.map((grant) => ({ grant, kind: "secret", missing: !secrets.has(grant.source) })),
        ...(service.build?.secrets ?? []).map((grant) => ({
          grant,
          kind: "build secret",
          missing: !secrets.has(grant.source),
        })),
        ...service.configs.map((grant) => ({ grant, kind: "config", missing: !configs.has(grant.source) })),
      ];
      for (const { grant, kind, missing } of grants) {
        if (!missing || grant.source === "" || grant.source.includes("$")) continue;
        yield {
          at: grant.span,
          message: `Service ${service.name} is given ${kind} ${grant.source}, which no file defines.`,
        };
      }
    }
  },
};
