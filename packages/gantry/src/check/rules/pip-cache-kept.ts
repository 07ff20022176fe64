import { lineageInstructions } from "../../read/dockerfile/questions.ts";
import { hasOption, type ShellCommand } from "../../read/shell/questions.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { insertAfter, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { cacheMountAt, runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** pip's downloads that stay in the image. */
export const pipCacheKept: Rule = {
  code: "GD041",
  name: "pip-cache-kept",
  family: "dockerfile",
  rank: "tidy",
  what: "A pip install of a shipped stage leaves pip's cache of downloads in the layer.",
  why: "Everything that pip installs then lies in the image twice: unpacked, and as the wheel in ~/.cache/pip.",
  fix: "Mount a cache, RUN --mount=type=cache,target=/root/.cache/pip, which also makes the next build faster; or write pip install --no-cache-dir.",
  aliases: [{ tool: "hadolint", id: "DL3042" }],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM python:3.13-slim", "RUN pip install flask")],
    good: [
      dockerfileExample("FROM ghcr.io/example/app:2", "RUN pip install flask"),
      dockerfileExample("FROM python:3.13-slim", "RUN pip install --no-cache-dir flask"),
      dockerfileExample(
        "FROM python:3.13-slim",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
      ),
      dockerfileExample("FROM python:3.13-slim", "ENV PIP_NO_CACHE_DIR=1", "RUN pip install flask"),
      dockerfileExample("FROM python:3.13 AS build", "RUN pip install flask", "FROM python:3.13-slim"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        const settings = lineageInstructions(stage).some(
          ({ keyword, text }) =>
            (keyword === "ENV" || keyword === "ARG") &&
            text.includes("PIP_") &&
            /\bPIP_(?:NO_CACHE_DIR|CACHE_DIR|CONFIG_FILE)\b/.test(text),
        );
        // A base that nobody knows may say so in its own environment.
        if (settings || (stage.rootImage !== undefined && stage.rootImage.official === undefined)) continue;
        for (const { instruction, commands } of runsOf(dockerfile, stage)) {
          if (
            instruction.flags.some((flag) => flag.value?.includes("type=cache")) ||
            cacheMountAt(instruction, "/root/.cache/pip")
          )
            continue;
          if (commands.some(emptiesCache)) continue;
          for (const command of commands) {
            const step = packageStep(command);
            if (step?.manager !== "pip" || step.action !== "install" || step.verb === undefined) continue;
            if (hasOption(command, "--no-cache-dir", "--cache-dir", "--no-cache")) continue;
            if (
              command.assignments.some(
                (word) =>
                  word.value.startsWith("PIP_NO_CACHE_DIR=") || word.value.startsWith("PIP_CACHE_DIR="),
              )
            )
              continue;
            // Wheels from a folder of the image are not cached again.
            if (step.packages.length > 0 && step.packages.every((word) => word.value.endsWith(".whl")))
              continue;
            if (
              step.packages.length > 0 &&
              step.packages.every((word) => ["", ".", "..", "/", "./", "../"].includes(word.value))
            )
              continue;
            yield {
              at: command.span,
              message: "pip keeps what it downloads in this layer, beside what it installs.",
              ...(instruction.form === "shell"
                ? {
                    remedy: safely(
                      "add --no-cache-dir",
                      insertAfter(command.spanOfWord(step.verb), " --no-cache-dir"),
                    ),
                  }
                : {}),
            };
          }
        }
      }
    }
  },
};

function emptiesCache({ name, words }: ShellCommand): boolean {
  if (name.startsWith("pip")) return words.some(({ value }) => value === "purge");
  return (
    name === "rm" &&
    (words.some(({ value }) => value.includes(".cache")) || words[1]?.value.includes("pip") === true)
  );
}
