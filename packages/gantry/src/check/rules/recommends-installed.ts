import type { Dockerfile } from "../../read/dockerfile/model.ts";
import { hasOption } from "../../read/shell/questions.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { insertAfter, perhaps } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsIn } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** apt-get install with everything that packages recommend. */
export const recommendsInstalled: Rule = {
  code: "GD058",
  name: "recommends-installed",
  family: "dockerfile",
  rank: "tidy",
  what: "apt-get installs what packages only recommend, into a shipped image.",
  why: "Recommended packages are meant for machines that people work at: documentation, fonts, a mail server. They are often larger than what was asked for.",
  fix: "Add --no-install-recommends, and name what turns out to be missing.",
  aliases: [
    { tool: "hadolint", id: "DL3015" },
    { tool: "trivy", id: "DS-0029" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM debian:13",
        "RUN apt-get update && apt-get install -y --no-install-recommends curl",
      ),
      dockerfileExample("FROM debian:13", "RUN apt-get install -y -o APT::Install-Recommends=false curl"),
      dockerfileExample(
        "FROM debian:13 AS build",
        "RUN apt-get update && apt-get install -y gcc",
        "FROM debian:13",
      ),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const { instruction, commands } of runsIn(dockerfile, shippedStages(facts, dockerfile))) {
        for (const command of commands) {
          const step = packageStep(command);
          if (step?.manager !== "apt" || step.action !== "install" || step.verb === undefined) continue;
          if (hasOption(command, "--no-install-recommends")) continue;
          if (step.packages.length === 0 || switchesOff(dockerfile)) continue;
          yield {
            at: command.span,
            message: `${command.name} installs everything that ${step.packages[0]?.value}${step.packages.length > 1 ? " and the others recommend" : " recommends"}, too.`,
            ...(instruction.form === "shell"
              ? {
                  remedy: perhaps(
                    "add --no-install-recommends",
                    insertAfter(command.spanOfWord(step.verb), " --no-install-recommends"),
                  ),
                }
              : {}),
          };
        }
      }
    }
  },
};

/** Whether a Dockerfile sets the option for all of apt's commands. */
function switchesOff({ source }: Dockerfile): boolean {
  return (
    source.text.toLowerCase().includes("install-recommends") &&
    /install-recommends(?:\s+"?(?:false|0)|=)/i.test(source.text)
  );
}
