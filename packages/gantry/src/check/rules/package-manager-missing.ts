import type { Instruction } from "../../read/dockerfile/model.ts";
import { scriptText } from "../../read/dockerfile/questions.ts";
import { programsInStage } from "../../read/programs.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** The package manager of another distribution. */
export const packageManagerMissing: Rule = {
  code: "GD008",
  name: "package-manager-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "A RUN calls the package manager of another distribution than that of the base image.",
  why: "Alpine has apk and no apt-get, Debian and Ubuntu have apt-get and no apk: the build ends with `not found`.",
  fix: "Use the package manager of the base image, with that distribution's package names.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.13-alpine", "RUN apt-get update && apt-get install -y gcc"),
      dockerfileExampleAt([2], "FROM node:22-slim", "RUN apk add --no-cache curl"),
    ],
    good: [
      dockerfileExample("FROM python:3.13-alpine", "RUN apk add --no-cache gcc"),
      dockerfileExample(
        "FROM debian:13",
        "RUN if command -v apk; then apk add curl; else apt-get install -y curl; fi",
      ),
      dockerfileExample("FROM ghcr.io/acme/base", "RUN apk add curl"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      const programs = programsInStage(stage);
      for (const { instruction, commands } of runsOf(dockerfile, stage)) {
        const step = commands
          .map(packageStep)
          .find(
            (one) =>
              (one?.manager === "apt" || one?.manager === "apk") && programs.has(one.command.name) === "no",
          );
        if (step === undefined || looksFirst(instruction)) continue;
        const right = step.manager === "apt" ? "apk" : "apt-get";
        const has = programs.has(right) === "yes";
        yield {
          at: step.command.span,
          message: `${stage.rootImage?.text ?? "scratch"} has no ${step.command.name}${has ? `; its package manager is ${right}` : ""}.`,
          related: [{ at: stage.baseSpan, message: "the base" }],
        };
        break;
      }
    }
  },
};

/** Whether a RUN looks which programs there are, or lives with one that is not. */
function looksFirst(instruction: Instruction): boolean {
  return /\b(?:if|case|which|command\s+-v)\b|\|\|/.test(scriptText(instruction));
}
