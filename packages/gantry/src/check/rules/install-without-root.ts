import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { lineage, scriptText } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runOf } from "../dockerfile/run.ts";
import { isRoot } from "../dockerfile/users.ts";
import { builtStageOf } from "../insight/built-images.ts";
import type { Rule } from "../types.ts";

/** System packages installed after USER gave root away. */
export const installWithoutRoot: Rule = {
  code: "GD012",
  name: "install-without-root",
  family: "dockerfile",
  rank: "will-fail",
  what: "System packages are installed in a RUN that follows a USER other than root.",
  why: "RUN works as the user that USER named last, and only root may write the package database: the build ends with `Permission denied`.",
  fix: "Install before USER, or write USER root above and the former user below.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [4],
        "FROM debian:13-slim",
        "RUN useradd app",
        "USER app",
        "RUN apt-get update && apt-get install -y curl",
      ),
      {
        title: "a user from the stage below",
        ...dockerfileExampleAt(
          [5],
          "FROM alpine:3.22 AS base",
          "RUN adduser -D app",
          "USER 1000",
          "FROM base",
          "RUN apk add --no-cache curl",
        ),
      },
      {
        title: "a user from an image that the project builds",
        files: {
          "compose.yaml": "services:\n  web:\n    build: .\n    image: shop/web\n",
          Dockerfile: "FROM python:3.13-slim\nRUN useradd app\nUSER app\n",
          "tools.Dockerfile": "FROM shop/web:latest\nRUN apt-get update && apt-get install -y jq\n",
        },
        at: ["tools.Dockerfile:2"],
      },
    ],
    good: [
      dockerfileExample(
        "FROM debian:13-slim",
        "RUN apt-get update && apt-get install -y curl",
        "USER nobody",
      ),
      dockerfileExample("FROM debian:13-slim", "USER app", "USER root", "RUN apt-get update"),
      dockerfileExample(
        "FROM debian:13-slim",
        "USER app",
        "RUN sudo apt-get update && sudo apt-get install -y curl",
      ),
      dockerfileExample("FROM debian:13-slim", "USER $APP_USER", "RUN apt-get update"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of dockerfile.stages) {
        let user = inheritedUser(facts, stage);
        for (const instruction of stage.instructions) {
          if (instruction.keyword === "USER") user = instruction;
          if (instruction.keyword !== "RUN" || user === undefined) continue;
          const name = user.text.trim();
          if (name.includes("$") || isRoot(name)) continue;
          const step = runOf(dockerfile, stage, instruction)
            .commands.filter((command) => command.depth === 0)
            .map(packageStep)
            .find(
              (one) =>
                one !== undefined &&
                ["apt", "apk", "dnf", "zypper"].includes(one.manager) &&
                ["install", "refresh", "upgrade", "remove"].includes(one.action),
            );
          if (step === undefined || /\bsudo\b|\bdoas\b|\bsu\b/.test(scriptText(instruction))) continue;
          yield {
            at: step.command.span,
            message: `${step.command.name} ${step.verb?.value ?? ""} runs as ${name}, who may not change system packages.`,
            related: [{ at: user.span, message: `from here on, RUN works as ${name}` }],
          };
          break;
        }
      }
    }
  },
};

/** The USER that a stage begins with: of the stage below, or of the image below, when the project builds that. */
function inheritedUser(facts: ProjectFacts, stage: Stage): Instruction | undefined {
  const below = lineage(stage);
  const named = below[1]?.config.user?.instruction;
  const root = below.at(-1);
  if (named !== undefined || root === undefined || root.base.kind !== "image") return named;
  const built = builtStageOf(facts, root.baseText);
  // An image that is built on another one of its name is not below itself.
  return built === undefined || below.includes(built) ? undefined : built.config.user?.instruction;
}
