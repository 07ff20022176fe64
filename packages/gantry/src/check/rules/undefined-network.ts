import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { definedAnywhere, hasProblems } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const undefinedNetwork: Rule = {
  code: "GC001",
  name: "undefined-network",
  family: "compose",
  rank: "will-fail",
  what: "A service is in a network that the project does not define.",
  why: "Compose refuses the whole project: `service refers to undefined network`.",
  fix: "Define the network under the top-level `networks:`, with `external: true` when it exists already.",
  aliases: [{ tool: "compose", id: "undefined network" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: nginx:1.27
                networks: [backend]
            networks:
              back-end: {}
          `,
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        title: "default needs no definition",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: nginx:1.27
                networks: [default, edge]
            networks:
              edge:
                external: true
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const defined = definedAnywhere(facts, "networks");
    for (const { project, service } of eachService(facts)) {
      if (hasProblems(project)) continue;
      for (const { name, span } of service.networks) {
        if (name === "default" || defined.has(name)) continue;
        yield {
          at: span,
          message: `Service ${service.name} is in network ${name}, which no file defines.`,
          fix: `Add \`${name}: {}\` under the top-level \`networks:\`.`,
        };
      }
    }
  },
};
