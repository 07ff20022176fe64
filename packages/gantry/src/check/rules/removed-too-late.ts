import { hasAny } from "../../base/text.ts";
import type { Instruction } from "../../read/dockerfile/model.ts";
import { copyDestination, copySources, flag } from "../../read/dockerfile/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { baseName, runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** A file that is removed in a later layer than the one that brought it. */
export const removedTooLate: Rule = {
  code: "GD043",
  name: "removed-too-late",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN removes a file that an earlier COPY, ADD or RUN of the same image brought.",
  why: "Each instruction is a layer of its own: removing a file in a later one hides it, but its bytes are still pulled, stored, and readable for everyone who has the image.",
  fix: "Remove it in the instruction that brings it, mount it (RUN --mount=type=bind), or do this in a stage that is not shipped.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [3],
        "FROM debian:13",
        "COPY app.tar.gz /tmp/",
        "RUN tar xzf /tmp/app.tar.gz -C /srv && rm /tmp/app.tar.gz",
      ),
      dockerfileExampleAt(
        [3],
        "FROM debian:13",
        "RUN curl -fsSL https://example.com/a.zip -o /tmp/a.zip",
        "RUN unzip /tmp/a.zip && rm -f /tmp/a.zip",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM debian:13",
        "RUN curl -fsSL https://example.com/a.zip -o /tmp/a.zip && unzip /tmp/a.zip && rm /tmp/a.zip",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN --mount=type=bind,source=app.tar.gz,target=/tmp/app.tar.gz tar xzf /tmp/app.tar.gz -C /srv",
      ),
      dockerfileExample(
        "FROM debian:13 AS build",
        "COPY a.tgz /tmp/",
        "RUN tar xf /tmp/a.tgz && rm /tmp/a.tgz",
        "FROM debian:13",
        "COPY --from=build /srv /srv",
      ),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        const brought = new Map<string, Instruction>();
        const runs = new Map(runsOf(dockerfile, stage).map((run) => [run.instruction, run.commands]));
        for (const instruction of stage.instructions) {
          if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
            for (const path of landingPaths(instruction)) brought.set(path, instruction);
          }
          const commands = runs.get(instruction) ?? [];
          const here: string[] = [];
          for (const command of commands) {
            if (command.name === "curl" || command.name === "wget") {
              const at = command.words.findIndex((word) =>
                /^(?:-[a-zA-Z]*o|-O|--output|--output-document)$/.test(word.value),
              );
              const path = at === -1 ? undefined : command.words[at + 1]?.value;
              if (path?.startsWith("/") === true && !path.startsWith("/dev/")) here.push(path);
            }
            if (command.name !== "rm") continue;
            for (const word of command.words.slice(1)) {
              const by = word.dynamic ? undefined : brought.get(withoutEndSlash(word.value));
              if (by === undefined) continue;
              yield {
                at: command.spanOfWord(word),
                message: `${word.value} is removed here, but its bytes stay in the layer of the ${by.keyword} that brought it.`,
                related: [{ at: by.span, message: "brought here" }],
              };
            }
          }
          for (const path of here) brought.set(path, instruction);
        }
      }
    }
  },
};

/** Absolute paths that a COPY certainly creates. */
function landingPaths(instruction: Instruction): readonly string[] {
  const destination = copyDestination(instruction)?.value ?? "";
  if (!destination.startsWith("/") || destination.includes("$")) return [];
  const sources = copySources(instruction).map((word) => word.value);
  if (!destination.endsWith("/")) return sources.length === 1 ? [destination] : [];
  // ADD unpacks archives; then there is no file of that name.
  const unpacks = (name: string): boolean =>
    instruction.keyword === "ADD" && /\.(?:tar|tgz|gz|xz|bz2)$/.test(name);
  return sources
    .filter((source) => /\.\w+$/.test(source) && !hasAny(source, ["*", "?", "$"]) && !unpacks(source))
    .filter(() => flag(instruction, "parents") === undefined)
    .map((source) => `${destination}${baseName(source)}`);
}
