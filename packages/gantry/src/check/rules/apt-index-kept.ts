import { hasAny } from "../../base/text.ts";
import type { ShellCommand } from "../../read/shell/questions.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { isDistclean, packageStep } from "../dockerfile/packages.ts";
import { cacheMountAt, runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

const lists = "/var/lib/apt/lists";

/** The index of apt that stays in the image. */
export const aptIndexKept: Rule = {
  code: "GD039",
  name: "apt-index-kept",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN of a shipped stage leaves the index of apt-get update in its layer.",
  why: "The index is about 20 MB on Debian and more on Ubuntu, and of no use in the container; the official images come without it for that reason.",
  fix: "End the RUN with && rm -rf /var/lib/apt/lists/*, or use cache mounts for apt's folders.",
  aliases: [
    { tool: "hadolint", id: "DL3009" },
    { tool: "dockle", id: "DKL-DI-0005" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM debian:13", "RUN apt-get update && apt-get install -y curl"),
      {
        title: "an index that a later RUN removes, too late",
        ...dockerfileExampleAt(
          [2],
          "FROM debian:13",
          "RUN apt-get update && apt-get install -y curl",
          "RUN rm -rf /var/lib/apt/lists/*",
        ),
      },
    ],
    good: [
      dockerfileExample("FROM debian:13", "RUN apt-get update; apt-get install -y curl; apt-get dist-clean"),
      dockerfileExample(
        "FROM debian:13",
        "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl",
      ),
      dockerfileExample(
        "FROM debian:13 AS build",
        "RUN apt-get update && apt-get install -y gcc",
        "FROM debian:13",
      ),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        const family = distributionOf(stage.rootImage)?.family;
        if (family !== "debian" && family !== "ubuntu") continue;
        for (const { instruction, commands } of runsOf(dockerfile, stage)) {
          if (cacheMountAt(instruction, lists)) continue;
          const update = commands.findLast((command) => {
            const step = packageStep(command);
            return step?.manager === "apt" && step.action === "refresh";
          });
          if (update === undefined) continue;
          const removed = commands.some((command) => command.start >= update.start && removesIndex(command));
          // Scripts may well tidy up after themselves.
          if (
            removed ||
            commands.some(
              (command) => command.name.endsWith(".sh") || hasAny(command.name, ["cleanup", "clean-install"]),
            )
          )
            continue;
          yield {
            at: update.span,
            message: "The package index of this apt-get update stays in the image.",
          };
        }
      }
    }
  },
};

function removesIndex(command: ShellCommand): boolean {
  const isRemoved =
    (command.name === "rm" || command.name === "find") &&
    command.words.some(({ value }) => hasAny(value, ["/var/lib/apt", "/var/lib/{"]) || value === "/var/lib/");
  return isRemoved || isDistclean(command);
}
