import type { Instruction } from "../../read/dockerfile/model.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A second CMD, ENTRYPOINT or HEALTHCHECK in a stage. */
export const instructionOverridden: Rule = {
  code: "GD047",
  name: "instruction-overridden",
  family: "dockerfile",
  rank: "tidy",
  what: "A stage has more than one CMD, ENTRYPOINT or HEALTHCHECK.",
  why: "Only the last one counts; the others look as if they did something.",
  fix: "Remove the ones above the last. To start two programs, use two containers.",
  aliases: [
    { tool: "buildkit", id: "MultipleInstructionsDisallowed" },
    { tool: "hadolint", id: "DL4003" },
    { tool: "hadolint", id: "DL4004" },
    { tool: "hadolint", id: "DL3012" },
    { tool: "trivy", id: "DS-0007" },
    { tool: "trivy", id: "DS-0016" },
    { tool: "trivy", id: "DS-0023" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM node:22", 'CMD ["node", "worker.js"]', 'CMD ["node", "server.js"]')],
    good: [
      dockerfileExample("FROM node:22 AS base", 'CMD ["node", "a.js"]', "FROM base", 'CMD ["node", "b.js"]'),
      dockerfileExample("FROM node:22", 'ENTRYPOINT ["node"]', 'CMD ["server.js"]'),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      const seen = new Map<string, Instruction>();
      for (const instruction of stage.instructions) {
        const { keyword } = instruction;
        if (keyword !== "CMD" && keyword !== "ENTRYPOINT" && keyword !== "HEALTHCHECK") continue;
        const earlier = seen.get(keyword);
        seen.set(keyword, instruction);
        if (earlier === undefined) continue;
        yield {
          at: earlier.span,
          message: `This ${keyword} has no effect: the one in line ${instruction.span.line} takes its place.`,
          related: [{ at: instruction.span, message: "counts instead" }],
        };
      }
    }
  },
};
