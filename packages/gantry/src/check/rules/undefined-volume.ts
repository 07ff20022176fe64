import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { definedAnywhere, hasProblems } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const undefinedVolume: Rule = {
  code: "GC002",
  name: "undefined-volume",
  family: "compose",
  rank: "will-fail",
  what: "A service mounts a named volume that the project does not define.",
  why: "Compose refuses the whole project: `service refers to undefined volume`. A name without `./` or `/` in front is a volume, not a folder.",
  fix: "Define the volume under the top-level `volumes:`, or write `./` in front when a folder is meant.",
  aliases: [{ tool: "compose", id: "undefined volume" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                volumes:
                  - data:/var/lib/postgresql/data
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
              db:
                image: postgres:17
                volumes:
                  - data:/var/lib/postgresql/data
                  - ./init:/docker-entrypoint-initdb.d:ro
                  - /var/cache
            volumes:
              data:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const defined = definedAnywhere(facts, "volumes");
    for (const { project, service } of eachService(facts)) {
      if (hasProblems(project)) continue;
      for (const volume of service.volumes) {
        const { source } = volume;
        if (volume.type !== "volume" || source === undefined || volume.dynamic || defined.has(source))
          continue;
        yield {
          at: volume.span,
          message: `Service ${service.name} mounts volume ${source}, which no file defines.`,
          fix: `Add \`${source}:\` under the top-level \`volumes:\`, or write \`./${source}\` when the folder is meant.`,
        };
      }
    }
  },
};
