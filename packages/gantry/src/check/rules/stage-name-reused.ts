import type { Stage } from "../../read/dockerfile/model.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

const reserved = new Set(["scratch", "context"]);

/** A stage name that is taken. */
export const stageNameReused: Rule = {
  code: "GD052",
  name: "stage-name-reused",
  family: "dockerfile",
  rank: "tidy",
  what: "Two stages have the same name, or a stage has a name that the builder keeps for itself.",
  why: "A name stands for the last stage that has it, so that COPY --from, FROM and --target may take another one than meant; `scratch` and `context` mean something else in FROM and in build contexts.",
  fix: "Give each stage a name of its own.",
  aliases: [
    { tool: "buildkit", id: "DuplicateStageName" },
    { tool: "buildkit", id: "ReservedStageName" },
    { tool: "hadolint", id: "DL3024" },
    { tool: "hadolint", id: "DL3063" },
    { tool: "trivy", id: "DS-0012" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22 AS build", "FROM golang:1.25 AS Build", "FROM alpine:3.22"),
      dockerfileExampleAt([1], "FROM node:22 AS scratch", "FROM alpine:3.22"),
    ],
    good: [dockerfileExample("FROM node:22 AS web", "FROM golang:1.25 AS api", "FROM alpine:3.22")],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const seen = new Map<string, Stage>();
      for (const stage of dockerfile.stages) {
        if (stage.name === undefined) continue;
        const name = stage.name.toLowerCase();
        const earlier = seen.get(name);
        const at = stage.nameSpan ?? stage.from.span;
        if (reserved.has(name))
          yield { at, message: `${stage.name} is a name that the builder keeps for itself.` };
        else if (earlier !== undefined) {
          yield {
            at,
            message: `There are two stages ${stage.name}; from here on the name stands for this one.`,
            related: [{ at: earlier.nameSpan ?? earlier.from.span, message: "the first one" }],
          };
        }
        seen.set(name, stage);
      }
    }
  },
};
