import { dedent } from "../dedent.ts";
import { isForProduction } from "../insight/projects.ts";
import { scalarsOf } from "../insight/scalars.ts";
import { isSecretName } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const secretDefaultInProduction: Rule = {
  code: "GC021",
  name: "secret-default-in-production",
  family: "compose",
  rank: "leaks",
  what: "A production file gives a secret a default.",
  why: "When the variable is forgotten, production runs with a secret that stands in the repository, and nothing says so.",
  fix: "Write `${NAME:?}`: Compose then refuses to start without it.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  NODE_ENV: production
                  SESSION_SECRET: \${SESSION_SECRET:-change-me}
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        files: {
          "compose.prod.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SESSION_SECRET: \${SESSION_SECRET:?}
                  SMTP_PASSWORD: \${SMTP_PASSWORD:-}
                  TOKEN_TTL: \${TOKEN_TTL:-3600}
                  PASSWORD_FILE: \${PASSWORD_FILE:-/run/secrets/password}
                  DB_PASSWORD: \${DB_PASSWORD:-\${POSTGRES_PASSWORD:?}}
          `,
        },
      },
      {
        title: "not for production",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment:
                  POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:-postgres}
                volumes: ["data:/var/lib/postgresql/data"]
            volumes:
              data:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      if (!isForProduction(project)) continue;
      for (const { variables, span } of scalarsOf(project.node)) {
        for (const { name, operator, operand, value } of variables) {
          if (
            !operator.includes("-") ||
            operand === "" ||
            operand.includes("$") ||
            operand.startsWith("/") ||
            operand.startsWith("file:")
          )
            continue;
          if (value !== undefined || !isSecretName(name)) continue;
          yield {
            at: span,
            message: `When ${name} is forgotten, production runs with the secret \`${operand}\` from this file.`,
            fix: `Write \`\${${name}:?}\`.`,
          };
        }
      }
    }
  },
};
