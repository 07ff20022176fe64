import { usedStages } from "../../read/dockerfile/questions.ts";
import { deliveredStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A stage that no build can need. */
export const stageUnused: Rule = {
  code: "GD051",
  name: "stage-unused",
  family: "dockerfile",
  rank: "tidy",
  what: "A stage without a name is used by nothing.",
  why: "The builder skips stages that the wanted one does not need: this one is never built, although it looks as if it were. (Named stages may be the target of a build that no file tells about.)",
  fix: "Remove the stage, name it, or copy from it.",
  examples: {
    bad: [dockerfileExampleAt([1], "FROM node:22", "RUN npm run build", "FROM nginx:1.29", "COPY dist /srv")],
    good: [
      dockerfileExample("FROM node:22", "RUN npm run build", "FROM nginx:1.29", "COPY --from=0 /dist /srv"),
      dockerfileExample("FROM node:22 AS test", "RUN npm test", "FROM nginx:1.29"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const used = new Set(
        deliveredStages(facts, dockerfile).flatMap((stage) => [...usedStages(dockerfile, stage)]),
      );
      // A numbered or named COPY from any stage keeps the one it names.
      for (const stage of dockerfile.stages) {
        if (stage.name === undefined) continue;
        for (const one of usedStages(dockerfile, stage)) used.add(one);
      }
      for (const stage of dockerfile.stages) {
        if (used.has(stage) || stage.name !== undefined) continue;
        yield {
          at: stage.from.span,
          message: `Stage ${stage.index} (FROM ${stage.baseText}) is never built: nothing takes anything from it.`,
        };
      }
    }
  },
};
