import type { EnvironmentEntry } from "../../read/compose/model.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { addressesOf } from "../insight/addresses.ts";
import { isForTests } from "../insight/projects.ts";
import { isSecretName, knownSecret, looksLikeSecret } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const secretInComposeFile: Rule = {
  code: "GC019",
  name: "secret-in-compose-file",
  family: "compose",
  rank: "leaks",
  what: "A real secret stands in a Compose file.",
  why: "The file is in version control: everybody who ever reads the repository, or its history, has the secret. Obvious stand-ins (`postgres`, `changeme`) are not reported.",
  fix: "Replace the secret with a new one, keep that in a file outside of version control, and give it with `secrets:` or `${NAME:?}`.",
  aliases: [
    { tool: "compose-lint", id: "CL-0020" },
    { tool: "compose-lint", id: "CL-0021" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SESSION_SECRET: kJ8vQ2mZx7Lp4RtW
                  DATABASE_URL: postgres://shop:Wq7-zKp2Lm9xTr@db:5432/shop
          `,
        },
        at: ["compose.yaml:5", "compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "servers of tests, and words instead of a secret",
        files: {
          "compose.ci.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment: { POSTGRES_PASSWORD: kJ8vQ2mZx7Lp4RtW }
`,
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment: { POSTGRES_PASSWORD: hello_shop, APP_UWSGI_PASS: "web-server:3031" }
`,
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SESSION_SECRET: \${SESSION_SECRET:?}
                  SECRET_KEY_FILE: /run/secrets/kJ8vQ2mZx7Lp4RtW
                  PUBLIC_KEY: kJ8vQ2mZx7Lp4RtW
                  TOKEN_VERSION: kJ8vQ2mZx7Lp4RtW
                  POSTGRES_PASSWORD: postgres
                  JWT_SECRET: change-this-in-production
                  DATABASE_URL: postgres://postgres:postgres@db:5432/shop
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      // Servers of tests are made for a moment, with what their tests sign in by.
      if (isForTests(project)) continue;
      const entries = [
        ...service.environment.filter(({ from }) => from === "inline"),
        ...(service.build?.args ?? []),
        ...service.labels,
      ];
      for (const entry of entries) {
        const kind = secretIn(entry);
        if (kind === undefined) continue;
        yield { at: entry.valueSpan, message: `${entry.name} of ${service.name} holds ${kind}.` };
      }
    }
  },
};

function secretIn(entry: EnvironmentEntry): string | undefined {
  const { value } = entry;
  if (value === undefined || entry.dynamic || entry.raw?.includes("$") === true) return undefined;
  const known = knownSecret(value);
  if (known !== undefined) return known;
  if (isSecretName(entry.name) && looksLikeSecret(value)) return "a secret";
  const inUrl = addressesOf(entry).some(
    ({ password }) => password !== undefined && looksLikeSecret(password),
  );
  return inUrl ? "a password in a URL" : undefined;
}
