import type { ComposeProject } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import { isForProduction } from "../insight/projects.ts";
import { scalarsOf } from "../insight/scalars.ts";
import { isSecretName } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const secretMayBeEmpty: Rule = {
  code: "GC020",
  name: "secret-may-be-empty",
  family: "compose",
  rank: "hardening",
  what: "A production file takes a secret from a variable without insisting that it is set.",
  why: "For a variable that is not set Compose fills in an empty text and only warns: the application starts with an empty signing key, the database with an empty password.",
  fix: "Write `${NAME:?}`: Compose then refuses to start without it.",
  examples: {
    bad: [
      {
        files: {
          "compose.prod.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SECRET_KEY: \${SECRET_KEY}
          `,
        },
        at: ["compose.prod.yaml:5"],
      },
    ],
    good: [
      {
        title: "who insists on some leaves the others out on purpose",
        files: {
          "compose.prod.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SECRET_KEY: \${SECRET_KEY:?}
                  LOGIN_WITH_GOOGLE_SECRET: \${LOGIN_WITH_GOOGLE_SECRET}
`,
        },
      },
      {
        files: {
          "compose.prod.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SECRET_KEY: \${SECRET_KEY:?set it}
                  SECRET_KEY_FILE: \${SECRET_KEY_FILE}
                  NAME: \${NAME}
              worker:
                image: shop/web:2
                environment:
                  SECRET_KEY: \${SECRET_KEY}
          `,
        },
      },
      {
        title: "not for production",
        files: {
          "compose.dev.yaml": dedent`
            services:
              web:
                image: shop/web:2
                environment:
                  SECRET_KEY: \${SECRET_KEY}
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) if (isForProduction(project)) yield* reportsOf(project);
  },
};

function* reportsOf(project: ComposeProject): Generator<Report> {
  const scalars = [...scalarsOf(project.node)];
  // One insisting place stops the start for all of them.
  const settled = new Set(
    scalars.flatMap(({ variables }) =>
      variables.filter(({ operator }) => operator.includes("?")).map(({ name }) => name),
    ),
  );
  // Who insists on some of them leaves the others out on purpose.
  if ([...settled].some(isSecretName)) return;
  for (const { variables, span } of scalars) {
    for (const { name, operator, value } of variables) {
      if (operator !== "" || value !== undefined || project.dotenv.has(name)) continue;
      if (settled.has(name) || !isSecretName(name)) continue;
      settled.add(name);
      yield {
        at: span,
        message: `Without ${name} in the environment, this starts with an empty secret instead of stopping.`,
        fix: `Write \`\${${name}:?}\`.`,
      };
    }
  }
}
