import { flag } from "../../read/dockerfile/questions.ts";
import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** HEALTHCHECK with a start interval that no start period gives room to. */
export const startIntervalWithoutPeriod: Rule = {
  code: "GD038",
  name: "start-interval-without-period",
  family: "dockerfile",
  rank: "hardening",
  what: "HEALTHCHECK has --start-interval and no --start-period.",
  why: "The start interval counts during the start period only, and that is 0 by default: the first probe then waits for the whole normal interval, and so does everything that depends on this container's health.",
  fix: "Add --start-period with the time that a slow start takes.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM nginx:1.29",
        "HEALTHCHECK --interval=30s --start-interval=1s CMD curl -f http://localhost/",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM nginx:1.29",
        "HEALTHCHECK --start-period=30s --start-interval=1s CMD curl -f http://localhost/",
      ),
      dockerfileExample("FROM nginx:1.29", "HEALTHCHECK --interval=30s CMD curl -f http://localhost/"),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "HEALTHCHECK")) {
      const interval = flag(instruction, "start-interval");
      if (interval === undefined) continue;
      const period = flag(instruction, "start-period")?.value;
      if (period !== undefined && !/^0(?:ms|s|m|h)?$/.test(period)) continue;
      yield {
        at: interval.span,
        message: `--start-interval=${interval.value ?? ""} has no effect without a --start-period.`,
      };
    }
  },
};
