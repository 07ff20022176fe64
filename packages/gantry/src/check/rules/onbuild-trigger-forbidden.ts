import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

const forbidden = new Set(["FROM", "MAINTAINER", "ONBUILD"]);

/** ONBUILD with an instruction that it does not take. */
export const onbuildTriggerForbidden: Rule = {
  code: "GD022",
  name: "onbuild-trigger-forbidden",
  family: "dockerfile",
  rank: "will-fail",
  what: "ONBUILD holds FROM, MAINTAINER or another ONBUILD.",
  why: "The builder refuses these as triggers, and the build ends before it begins.",
  fix: "Take the instruction out of ONBUILD.",
  aliases: [{ tool: "hadolint", id: "DL3043" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM debian:13", "ONBUILD FROM alpine"),
      dockerfileExampleAt([2], "FROM debian:13", "ONBUILD ONBUILD RUN make"),
    ],
    good: [dockerfileExample("FROM debian:13", "ONBUILD COPY . /app", "ONBUILD RUN make")],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const { trigger, span } of dockerfile.instructions) {
        if (trigger === undefined || !forbidden.has(trigger.keyword)) continue;
        yield { at: span, message: `ONBUILD does not take ${trigger.keyword}: the build ends here.` };
      }
    }
  },
};
