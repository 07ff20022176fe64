import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isIncomplete } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const undefinedDependency: Rule = {
  code: "GC004",
  name: "undefined-dependency",
  family: "compose",
  rank: "will-fail",
  what: "A service depends on a service that does not exist.",
  why: "Compose refuses the whole project: `service depends on undefined service`, also with `required: false`, which is for services behind a profile.",
  fix: "Name an existing service, or remove the dependency.",
  aliases: [{ tool: "compose", id: "undefined service" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                depends_on:
                  - database
              db:
                image: postgres:17
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "a file that says that it is laid over another",
        files: {
          "plugins-override.yaml": dedent`
            services:
              vault:
                image: shop/vault:2
                depends_on: [postgres]
          `,
        },
      },
      {
        title: "a name that a variable gives",
        files: {
          "compose.yaml": dedent`
            services:
              admin:
                image: shop/admin:2
                depends_on: ["\${ENGINE:-db}"]
              db:
                image: postgres:17
`,
        },
      },
      {
        title: "the other file of the project has it",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                depends_on: [db]
              db:
                image: postgres:17
          `,
          "compose.override.yaml": dedent`
            services:
              web:
                environment:
                  DEBUG: "1"
          `,
        },
      },
      {
        title: "it is behind a profile",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                depends_on:
                  tracing:
                    condition: service_started
                    required: false
              tracing:
                image: shop/tracing:2
                profiles: [tracing]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const everywhere = new Set([...eachService(facts)].map(({ service }) => service.name));
    for (const { project, service } of eachService(facts)) {
      if (isIncomplete(project)) continue;
      const here = new Set(project.services.map(({ name }) => name));
      for (const { service: name, span } of service.dependsOn) {
        // A file that is always given together with another one may lean on that one's services.
        const elsewhere = everywhere.has(name) || facts.definedElsewhere.services.has(name);
        // Empty: a variable that is not set here gives the name.
        if (here.has(name) || elsewhere || name === "" || name.includes("$")) continue;
        yield {
          at: span,
          message: `Service ${service.name} depends on ${name}, but there is no such service.`,
          fix: nearest(name, here, service.name),
        };
      }
    }
  },
};

/** Names the service that was probably meant. */
function nearest(name: string, names: ReadonlySet<string>, self: string): string {
  const near = [...names].find((one) => one !== self && (one.includes(name) || name.includes(one)));
  return near === undefined
    ? `Add a service ${name}, or remove it from \`depends_on\`.`
    : `Write \`${near}\` if that is meant.`;
}
