import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** MAINTAINER, which Docker gave up in 2017. */
export const maintainerInstruction: Rule = {
  code: "GD054",
  name: "maintainer-instruction",
  family: "dockerfile",
  rank: "tidy",
  what: "MAINTAINER names the author.",
  why: "Docker deprecated the instruction in version 1.13; tools read labels.",
  fix: 'Write LABEL org.opencontainers.image.authors="...".',
  aliases: [
    { tool: "buildkit", id: "MaintainerDeprecated" },
    { tool: "hadolint", id: "DL4000" },
    { tool: "trivy", id: "DS-0022" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM node:22", "MAINTAINER Ada <ada@example.com>")],
    good: [
      dockerfileExample("FROM node:22", 'LABEL org.opencontainers.image.authors="Ada <ada@example.com>"'),
    ],
  },
  *check(facts) {
    for (const { instruction, onbuild } of eachInstruction(facts, "MAINTAINER")) {
      if (onbuild) continue;
      yield {
        at: instruction.span,
        message: "MAINTAINER is deprecated.",
        fix: `Write LABEL org.opencontainers.image.authors=${JSON.stringify(instruction.text.trim().replace(/^["']|["']$/g, ""))}`,
      };
    }
  },
};
