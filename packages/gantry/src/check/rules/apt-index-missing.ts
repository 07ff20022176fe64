import { hasAny } from "../../base/text.ts";
import type { Instruction } from "../../read/dockerfile/model.ts";
import { copyDestination, lineage } from "../../read/dockerfile/questions.ts";
import type { ShellCommand } from "../../read/shell/questions.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { isDistclean, packageStep } from "../dockerfile/packages.ts";
import { cacheMountAt, runOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

type ListsState = "absent" | "present" | "unknown";
const lists = "/var/lib/apt/lists";

/** apt-get install where no package index is there. */
export const aptIndexMissing: Rule = {
  code: "GD011",
  name: "apt-index-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "apt-get installs packages at a point where no package index is in the image.",
  why: "The official images come without Debian's package index, and a RUN that ends with rm -rf /var/lib/apt/lists takes it away again: apt-get then knows no package, and ends with `Unable to locate package`.",
  fix: "Run apt-get update in the same RUN, before the installation.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.13-slim", "RUN apt-get install -y libpq5"),
      {
        title: "an index that an earlier RUN removed",
        ...dockerfileExampleAt(
          [3],
          "FROM debian:13",
          "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
          "RUN apt-get install -y git",
        ),
      },
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", "RUN apt-get update && apt-get install -y libpq5"),
      dockerfileExample("FROM python:3.13-slim", "RUN apt-get update", "RUN apt-get install -y libpq5"),
      dockerfileExample(
        "FROM node:22",
        "RUN curl -fsSL https://example.com/setup.sh | bash -",
        "RUN apt-get install -y git",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/lib/apt apt-get install -y git",
      ),
      dockerfileExample("FROM debian:13", "RUN apt-get install -y ./local.deb"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of dockerfile.stages) {
        const family = distributionOf(stage.rootImage)?.family;
        if (family !== "debian" && family !== "ubuntu") continue;
        const all = lineage(stage).toReversed();
        let state: ListsState = "absent";
        let removed: Instruction | undefined;
        for (const one of all) {
          for (const instruction of one.instructions) {
            if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
              if (instruction.text.includes("/var/lib/apt") || copyDestination(instruction)?.raw === "/")
                state = "unknown";
            }
            if (instruction.keyword !== "RUN") continue;
            const cached = cacheMountAt(instruction, lists);
            const before: ListsState = state;
            for (const command of runOf(dockerfile, one, instruction).commands) {
              const step = packageStep(command);
              if (step?.manager === "apt" && step.action === "refresh") state = "present";
              else if (removesLists(command)) {
                if (state === "present") state = "absent";
                removed = instruction;
              } else if (!isPlain(command)) state = "unknown";
              if (cached || one !== stage || state !== "absent") continue;
              if (step?.manager !== "apt" || step.action !== "install") continue;
              if (step.packages.length === 0 || step.packages.some((word) => hasAny(word.value, ["/", "$"])))
                continue;
              if (step.packages.some((word) => word.dynamic)) continue;
              yield {
                at: command.span,
                message: `${command.name} knows no package here: there is no index${
                  removed === undefined ? ` in ${stage.rootImage?.text}` : " any more"
                }, so it cannot find ${step.packages[0]?.value}.`,
                ...(removed === undefined
                  ? {}
                  : { related: [{ at: removed.span, message: "removed here" }] }),
              };
            }
            // What a cache mount held does not stay in the image.
            if (cached) state = before;
          }
        }
      }
    }
  },
};

function removesLists(command: ShellCommand): boolean {
  const isRemoved = command.name === "rm" && command.words.some((word) => word.value.startsWith(lists));
  return isRemoved || isDistclean(command);
}

/** Programs that surely do not fetch a package index behind the scenes. */
const plain = new Set([
  ...["", "apt-get", "apt", "rm", "mkdir", "echo", "printf", "cp", "mv"],
  ...["ln", "chmod", "chown", "touch", "cat", "sed", "grep", "cd", "set"],
  ...["export", "true", "test", "[", "useradd", "groupadd", "adduser", "addgroup", "usermod"],
  ...["pip", "pip3", "npm", "yarn", "pnpm", "node", "python", "python3", "poetry"],
  ...["uv", "tar", "unzip", "curl", "wget", "gpg", "tee", "ls", "date"],
  ...["find", "git", "dpkg", "update-ca-certificates", "locale-gen", "corepack", "env", "cargo", "go"],
  ...["rustup", "install", "sleep", "which", "command"],
]);

function isPlain(command: ShellCommand): boolean {
  return plain.has(command.name) && !command.words.some((word) => word.value.startsWith("$("));
}
