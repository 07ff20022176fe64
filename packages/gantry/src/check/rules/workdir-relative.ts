import { lineageInstructions } from "../../read/dockerfile/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** WORKDIR with a relative path that hangs on the base image. */
export const workdirRelative: Rule = {
  code: "GD050",
  name: "workdir-relative",
  family: "dockerfile",
  rank: "tidy",
  what: "The first WORKDIR of a stage is relative to whatever folder the base image chose.",
  why: "When the base image's own WORKDIR changes, everything moves with it, and paths that are written out elsewhere no longer fit.",
  fix: "Write the whole path, beginning with a slash.",
  aliases: [
    { tool: "buildkit", id: "WorkdirRelativePath" },
    { tool: "hadolint", id: "DL3000" },
    { tool: "trivy", id: "DS-0009" },
    { tool: "checkov", id: "CKV_DOCKER_10" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM node:22", "WORKDIR app")],
    good: [
      dockerfileExample("FROM busybox:1.37", "WORKDIR ."),
      dockerfileExample("FROM node:22", "WORKDIR /app", "WORKDIR src"),
      dockerfileExample("FROM node:22", "WORKDIR $APP_HOME"),
      dockerfileExample("FROM mcr.microsoft.com/windows/servercore:ltsc2022", "WORKDIR C:\\\\app"),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      let absolute = false;
      for (const instruction of lineageInstructions(stage)) {
        if (instruction.keyword !== "WORKDIR") continue;
        const text = instruction.text.trim();
        absolute ||= text.startsWith("/") || /^["']?(?:\/|\$|[A-Za-z]:)/.test(text);
        if (absolute || instruction.stage !== stage.index) continue;
        const path = text.replace(/^["']/, "");
        if (["", ".", "./"].includes(path)) continue;
        const known = distributionOf(stage.rootImage) !== undefined || stage.rootImage === undefined;
        yield {
          at: instruction.textSpan,
          message: `${path} is relative to the folder that ${stage.rootImage?.text ?? stage.baseText} happens to use.`,
          ...(known ? { fix: `Write WORKDIR /${path.replace(/^\.\//, "")}.` } : {}),
        };
        break;
      }
    }
  },
};
