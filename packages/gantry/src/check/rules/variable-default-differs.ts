import type { ComposeProject } from "../../read/compose/model.ts";
import type { Span } from "../../read/source.ts";
import type { VariableUse, YamlNode, YamlScalar } from "../../read/yaml/model.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { scalarsOf } from "../insight/scalars.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const variableDefaultDiffers: Rule = {
  code: "GC013",
  name: "variable-default-differs",
  family: "compose",
  rank: "will-fail",
  what: "A variable for a database has a default in one place of a project, and another or none in another place.",
  why: "When nobody sets the variable, the places disagree: the database is created under the default name, and the application asks for one with an empty name.",
  fix: "Write the same default everywhere, or `${NAME:?}` everywhere so that a missing value stops the start.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/\${POSTGRES_DB}
              db:
                image: postgres:17
                environment:
                  POSTGRES_DB: \${POSTGRES_DB:-shop}
          `,
        },
        at: ["compose.yaml:5"],
      },
      {
        title: "two defaults",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/\${POSTGRES_DB:-store}
              db:
                image: postgres:17
                environment:
                  POSTGRES_DB: \${POSTGRES_DB:-shop}
                  POSTGRES_USER: app
                healthcheck:
                  test: pg_isready -d \${POSTGRES_DB:-shop}
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "set in .env, required elsewhere, or meant to be empty",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:\${TAG:-2}
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/\${POSTGRES_DB}
                  TAG: \${TAG:?set TAG}
                  LEVEL: \${LEVEL:-}
              db:
                image: postgres:17
                environment:
                  POSTGRES_DB: \${POSTGRES_DB:-shop}
                  LEVEL: \${LEVEL:-info}
          `,
          ".env": "POSTGRES_DB=shop\n",
        },
      },
      {
        title: "a probe that any user and any database will do for",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment: { POSTGRES_USER: "\${POSTGRES_USER:-shop}" }
                healthcheck:
                  test: [CMD, pg_isready, -U, "\${POSTGRES_USER}"]
          `,
        },
      },
      {
        title: "one host port variable for each service",
        files: {
          "compose.yaml": dedent`
            services:
              one:
                image: shop/api:2
                environment: { LEVEL: "\${LEVEL:-info}" }
              two:
                image: shop/api:2
                environment: { LEVEL: "\${LEVEL:-info}" }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      for (const [name, uses] of usesOf(project)) {
        if (!name.split("_").some((word) => sharedByAll.has(word))) continue;
        if (uses.some(({ use }) => use.operator.includes("?"))) continue;
        const defaults = uses.filter(({ use }) => use.operator.includes("-") && use.operand !== "");
        const plain = uses.filter(({ use }) => use.operator === "");
        const usual = mostCommon(defaults);
        if (usual === undefined) continue;
        for (const { use, span, careless } of [...plain, ...defaults]) {
          if (careless) continue;
          if (use.operator !== "" && use.operand === usual.use.operand) continue;
          const here = use.operator === "" ? "nothing" : `\`${use.operand}\``;
          yield {
            at: span,
            message: `When ${name} is not set, it is ${here} here and \`${usual.use.operand}\` elsewhere.`,
            fix: `Write \`\${${name}:-${usual.use.operand}}\` here too, or \`\${${name}:?}\` in all places.`,
            related: [{ at: usual.span, message: `its default is \`${usual.use.operand}\` here` }],
          };
        }
      }
    }
  },
};

/** Words of names whose value two sides must agree on; a `LOG_LEVEL` or `PORT` may well differ from service to service. */
const sharedByAll: ReadonlySet<string> = new Set([
  ...["DB", "DATABASE", "POSTGRES", "PG", "MYSQL", "MARIADB", "MONGO", "MONGODB"],
  ...["REDIS", "RABBITMQ", "AMQP"],
]);

interface Use {
  readonly use: VariableUse;
  readonly span: Span;
  /** Whether any value will do there. */
  readonly careless: boolean;
}

/** Uses of each variable that no file sets, each place once. */
function usesOf(project: ComposeProject): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Map<string, Use>>();
  const asking = new Set(project.services.flatMap(({ node }) => readinessQuestions(node)));
  for (const scalar of scalarsOf(project.node)) {
    const { variables, span } = scalar;
    for (const use of variables) {
      if (use.value !== undefined || project.dotenv.has(use.name)) continue;
      const careless = asking.has(scalar) && !use.name.includes("PORT");
      const places = uses.get(use.name) ?? new Map<string, Use>();
      uses.set(use.name, places.set(`${span.file}:${span.start}:${use.operator}`, { use, span, careless }));
    }
  }
  return new Map([...uses].map(([name, places]) => [name, [...places.values()]]));
}

/** What a probe with `pg_isready` is made of: that is content with any user and database, an empty one too. */
function readinessQuestions(service: YamlNode): readonly YamlScalar[] {
  const test = at(service, "healthcheck", "test");
  const scalars = test === undefined ? [] : [...scalarsOf(test)];
  return scalars.some(({ text }) => text.includes("pg_isready")) ? scalars : [];
}

function mostCommon(uses: readonly Use[]): Use | undefined {
  const count = (one: Use): number => uses.filter(({ use }) => use.operand === one.use.operand).length;
  return uses.toSorted((a, b) => count(b) - count(a))[0];
}
