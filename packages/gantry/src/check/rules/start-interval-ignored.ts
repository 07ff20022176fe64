import { effectiveHealthcheck } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const startIntervalIgnored: Rule = {
  code: "GC031",
  name: "start-interval-ignored",
  family: "compose",
  rank: "tidy",
  what: "A health check has a `start_interval` but no `start_period`.",
  why: "The engine probes at the start interval only during the start period. Without one the first probe comes after the full `interval` (30 s by default), and everything that waits for it waits too.",
  fix: "Add a `start_period` as long as the slowest start.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["CMD", "/health"]
                  interval: 30s
                  start_interval: 1s
          `,
        },
        at: ["compose.yaml:7"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["CMD", "/health"]
                  start_interval: 1s
                  start_period: 20s
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const interval = at(service.node, "healthcheck", "start_interval");
      if (interval === undefined || at(service.node, "healthcheck", "start_period") !== undefined) continue;
      if ((effectiveHealthcheck(service)?.value.startPeriodMs ?? 0) > 0) continue;
      yield {
        at: interval.span,
        message: `The engine ignores the \`start_interval\` of ${service.name}: there is no \`start_period\`.`,
      };
    }
  },
};
