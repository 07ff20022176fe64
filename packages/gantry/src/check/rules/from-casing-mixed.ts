import { eachStage } from "../../read/walk.ts";
import { replace, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** `FROM ... as name`. */
export const fromCasingMixed: Rule = {
  code: "GD055",
  name: "from-casing-mixed",
  family: "dockerfile",
  rank: "tidy",
  what: "FROM and AS are written in different cases.",
  why: "It works; BuildKit prints a warning for each such line, which hides the warnings that matter.",
  fix: "Write AS in the case of FROM.",
  aliases: [{ tool: "buildkit", id: "FromAsCasing" }],
  examples: {
    bad: [dockerfileExampleAt([1], "FROM node:22 as build", "FROM alpine:3.22")],
    good: [dockerfileExample("FROM node:22 AS build", "from golang:1.25 as api", "FROM alpine:3.22")],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      const as = stage.from.words[1];
      if (as === undefined || stage.name === undefined) continue;
      const from = dockerfile.source.text.slice(stage.from.keywordSpan.start, stage.from.keywordSpan.end);
      const wanted = from === from.toUpperCase() ? "AS" : from === from.toLowerCase() ? "as" : undefined;
      if (wanted === undefined || as.raw === wanted) continue;
      yield {
        at: as.span,
        message: `${from} and ${as.raw} are written in different cases.`,
        remedy: safely(`write ${wanted}`, replace(as.span, wanted)),
      };
    }
  },
};
