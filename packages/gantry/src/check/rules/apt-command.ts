import { eachStage } from "../../read/walk.ts";
import { replace, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

const common = new Set([
  "install",
  "update",
  "upgrade",
  "remove",
  "purge",
  "autoremove",
  "clean",
  "autoclean",
]);

/** apt in a script. */
export const aptCommand: Rule = {
  code: "GD049",
  name: "apt-command",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN calls apt, which is made for people.",
  why: "apt itself warns that its command line may change between releases; apt-get is the one for scripts.",
  fix: "Write apt-get in the place of apt.",
  aliases: [{ tool: "hadolint", id: "DL3027" }],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM debian:13", "RUN apt-get update && apt install -y curl")],
    good: [dockerfileExample("FROM debian:13", "RUN apt-get update && apt-get install -y curl")],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      for (const { instruction, commands } of runsOf(dockerfile, stage)) {
        for (const command of commands) {
          const program = command.words[0];
          const verb = command.name === "apt" ? packageStep(command)?.verb : undefined;
          if (program === undefined || verb === undefined) continue;
          yield {
            at: command.spanOfWord(program),
            message: `apt ${verb.value} is meant for people at a terminal; scripts use apt-get ${verb.value}.`,
            ...(instruction.form === "shell" && program.raw === "apt" && common.has(verb.value)
              ? { remedy: safely("write apt-get", replace(command.spanOfWord(program), "apt-get")) }
              : {}),
          };
        }
      }
    }
  },
};
