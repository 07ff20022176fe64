import type { ComposeService } from "../../read/compose/model.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const logsNeverRotated: Rule = {
  code: "GC029",
  name: "logs-never-rotated",
  family: "compose",
  rank: "hardening",
  what: "A service writes json-file logs without a size limit, where that is written down or other services of the project have one.",
  why: "The `json-file` driver keeps everything by default: the log of a chatty service fills the disk, and then every service on the machine fails.",
  fix: 'Add `logging: { driver: json-file, options: { max-size: "10m", max-file: "3" } }`.',
  examples: {
    bad: [
      {
        title: "the driver without a size",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                logging:
                  driver: json-file
          `,
        },
        at: ["compose.yaml:5"],
      },
      {
        title: "one was forgotten",
        files: {
          "compose.yaml": dedent`
            x-logging: &logging
              driver: json-file
              options: { max-size: 10m, max-file: "3" }
            services:
              web:
                image: shop/web:2
                logging: *logging
              api:
                image: shop/api:2
                logging: *logging
              worker:
                image: shop/api:2
          `,
        },
        at: ["compose.yaml:11"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                logging:
                  driver: local
              api:
                image: shop/api:2
                logging:
                  driver: json-file
                  options: { max-size: 10m }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { services } of facts.composeProjects) {
      const rotated = services.filter(rotates);
      for (const service of services) {
        const { logging } = service;
        if (logging === undefined) {
          if (rotated.length < 2 || service.profiles.length > 0) continue;
          yield {
            at: service.nameSpan,
            message: `The log of ${service.name} grows without end, while other services have a limit.`,
          };
        } else if (
          textAt(logging, "driver") === "json-file" &&
          at(logging, "options", "max-size") === undefined
        ) {
          yield {
            at: (at(logging, "driver") ?? logging).span,
            message: `The log of ${service.name} grows without end: json-file without \`max-size\`.`,
          };
        }
      }
    }
  },
};

function rotates({ logging }: ComposeService): boolean {
  return logging !== undefined && at(logging, "options", "max-size") !== undefined;
}
