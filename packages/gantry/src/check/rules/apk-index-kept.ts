import { hasAny } from "../../base/text.ts";
import { hasOption } from "../../read/shell/questions.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { insertAfter, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { cacheMountAt, runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** The index of apk that stays in the image. */
export const apkIndexKept: Rule = {
  code: "GD040",
  name: "apk-index-kept",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN of a shipped stage leaves apk's index in its layer.",
  why: "The index takes 2 to 3 MB, in an image whose system has 8, and grows old there.",
  fix: "Write apk add --no-cache, and leave apk update out.",
  aliases: [
    { tool: "hadolint", id: "DL3019" },
    { tool: "trivy", id: "DS-0025" },
    { tool: "dockle", id: "DKL-DI-0004" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM alpine:3.22", "RUN apk update && apk add curl"),
      dockerfileExampleAt([2], "FROM node:22-alpine", "RUN apk add -U git"),
    ],
    good: [
      dockerfileExample("FROM alpine:3.22", "RUN apk add --no-network --virtual .run $found"),
      dockerfileExample("FROM alpine:3.22", "RUN apk add --no-cache curl"),
      dockerfileExample("FROM alpine:3.22", "RUN --mount=type=cache,target=/var/cache/apk apk add curl"),
      dockerfileExample("FROM alpine:3.22", "RUN apk update && apk add curl && rm -rf /var/cache/apk/*"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        for (const { instruction, commands } of runsOf(dockerfile, stage)) {
          if (cacheMountAt(instruction, "/var/cache/apk") || cacheMountAt(instruction, "/etc/apk/cache"))
            continue;
          if (
            commands.some(
              (one) =>
                one.name === "rm" &&
                one.words.some((word) => hasAny(word.value, ["/var/cache/apk", "/etc/apk"])),
            )
          )
            continue;
          const steps = commands.map(packageStep).filter((step) => step?.manager === "apk");
          const updates = steps.some(
            (step) => step?.action === "refresh" && !hasOption(step.command, "--no-cache"),
          );
          const found = steps.find(
            (one) => one?.action === "install" && !hasOption(one.command, "--no-cache", "--no-network"),
          );
          if (found?.verb === undefined) continue;
          yield {
            at: found.command.span,
            message: "apk keeps its index in this layer.",
            fix: `Write apk add --no-cache${updates ? ", without apk update" : ""}.`,
            ...(!updates && instruction.form === "shell"
              ? {
                  remedy: safely(
                    "add --no-cache",
                    insertAfter(found.command.spanOfWord(found.verb), " --no-cache"),
                  ),
                }
              : {}),
          };
        }
      }
    }
  },
};
