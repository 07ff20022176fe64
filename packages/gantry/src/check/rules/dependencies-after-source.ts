import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { copySources, flag, lineageInstructions } from "../../read/dockerfile/questions.ts";
import type { ShellCommand } from "../../read/shell/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { isForDevelopment } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** Dependencies that are installed again after each change of the code. */
export const dependenciesAfterSource: Rule = {
  code: "GD046",
  name: "dependencies-after-source",
  family: "dockerfile",
  rank: "tidy",
  what: "The dependencies are installed after the whole source was copied, in a layer of their own.",
  why: "Any change in any file makes the COPY's layer new, and with it every layer after it: each edit of the code downloads and installs all dependencies again.",
  fix: "Copy the manifest and the lock file first, install, and copy the source after that.",
  examples: {
    bad: [
      dockerfileExampleAt([4], "FROM node:22", "WORKDIR /app", "COPY . .", "RUN npm ci"),
      dockerfileExampleAt(
        [3],
        "FROM python:3.13-slim",
        "COPY . /app",
        "RUN pip install --no-cache-dir -r /app/requirements.txt",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM node:22",
        "WORKDIR /app",
        "COPY package.json package-lock.json ./",
        "RUN npm ci",
        "COPY . .",
      ),
      dockerfileExample(
        "FROM node:22",
        "WORKDIR /app",
        "COPY . .",
        "RUN --mount=type=cache,target=/root/.npm npm ci",
      ),
      dockerfileExample("FROM node:22", "COPY . .", "RUN npm ci && npm run build"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      if (isForDevelopment(dockerfile, stage)) continue;
      const source = firstWholeCopy(stage);
      if (source === undefined) continue;
      const installed = lineageInstructions(stage);
      const before = installed.slice(0, installed.indexOf(source));
      for (const { instruction, commands } of runsOf(dockerfile, stage)) {
        if (
          instruction.span.start < source.span.start ||
          instruction.flags.some((one) => one.name === "mount")
        )
          continue;
        const [first] = commands;
        // With the build in the same RUN the layer is new anyway.
        if (first === undefined || commands.length > 1) continue;
        const manifest = manifestOf(first);
        if (
          manifest === undefined ||
          before.some((one) => /^(?:COPY|ADD|RUN)$/.test(one.keyword) && manifest.test(one.text))
        )
          continue;
        yield {
          at: first.span,
          message: `Every change of any file runs this ${first.name} again, because ${source.keyword} ${source.text} stands before it.`,
          related: [{ at: source.span, message: "copies everything" }],
        };
        break;
      }
    }
  },
};

function firstWholeCopy(stage: Stage): Instruction | undefined {
  return stage.instructions.find(
    (instruction) =>
      (instruction.keyword === "COPY" || instruction.keyword === "ADD") &&
      flag(instruction, "from") === undefined &&
      copySources(instruction).some((word) => word.value === "." || word.value === "./"),
  );
}

/** What has to be copied for an installation of locked dependencies; `undefined` for other commands. */
function manifestOf(command: ShellCommand): RegExp | undefined {
  const step = packageStep(command);
  if (step?.action === "install") {
    if (step.manager === "npm" || step.manager === "yarn" || step.manager === "pnpm") {
      return step.packages.length === 0 ? /package\S*\.json|yarn\.lock|pnpm-lock/ : undefined;
    }
    if (step.manager === "pip") {
      const list = command.words.some(
        (word) => word.value.startsWith("-r") || word.value === "--requirement",
      );
      return list ? /requirements|\.txt/ : undefined;
    }
    if (step.manager === "poetry" || step.manager === "uv")
      return /pyproject|poetry\.lock|uv\.lock|requirements/;
    return undefined;
  }
  const words = command.words.map((word) => word.value).join(" ");
  if (words.startsWith("bundle install")) return /Gemfile/;
  if (words.startsWith("go mod download")) return /go\.(?:mod|sum)/;
  return words.startsWith("composer install") ? /composer\./ : undefined;
}
