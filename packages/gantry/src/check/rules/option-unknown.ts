import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

interface Unknown {
  readonly options: readonly string[];
  readonly instead: string;
}

/** Options that these tools end with an error for, mostly borrowed from another tool. */
const unknown: Readonly<Record<string, readonly Unknown[]>> = {
  apt: [
    {
      options: ["--no-cache", "--no-cache-dir"],
      instead: "nothing, and remove /var/lib/apt/lists/* at the end of the RUN",
    },
    { options: ["--no-recommends"], instead: "--no-install-recommends" },
  ],
  apk: [
    { options: ["--no-cache-dir"], instead: "--no-cache" },
    { options: ["-y", "--yes", "-qy", "-yq"], instead: "nothing: apk does not ask" },
    { options: ["--no-install-recommends"], instead: "nothing: apk installs no recommendations" },
  ],
  pip: [
    { options: ["-y"], instead: "nothing: pip install does not ask" },
    { options: ["--no-install-recommends"], instead: "nothing: pip knows no recommendations" },
  ],
  cargo: [
    {
      options: ["--dependencies-only", "--deps-only", "--only-dependencies", "--only-deps"],
      instead: "cargo chef cook, which builds dependencies alone",
    },
  ],
};

/** An option that the tool does not have. */
export const optionUnknown: Rule = {
  code: "GD060",
  name: "option-unknown",
  family: "dockerfile",
  rank: "will-fail",
  what: "A RUN gives a tool an option that it does not have.",
  why: "The tool prints its usage and ends with an error, and so does the build.",
  fix: "Use the tool's own option.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM rust:1.90", "RUN cargo build --release --dependencies-only"),
      dockerfileExampleAt([2], "FROM alpine:3.22", "RUN apk add --no-cache-dir curl"),
      dockerfileExampleAt([2], "FROM debian:13", "RUN apt-get update && apt-get install -y --no-cache curl"),
    ],
    good: [
      dockerfileExample("FROM rust:1.90", "RUN cargo build --release"),
      dockerfileExample("FROM alpine:3.22", "RUN apk add --no-cache curl"),
      dockerfileExample("FROM python:3.13", "RUN pip uninstall -y flask && pip install --no-cache-dir flask"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      for (const { commands } of runsOf(dockerfile, stage)) {
        for (const command of commands) {
          const step = packageStep(command);
          const installs = step?.action === "install";
          const key = command.name === "cargo" ? "cargo" : installs ? step.manager : "";
          for (const word of command.words) {
            const match = unknown[key]?.find((one) => one.options.includes(word.value));
            if (match === undefined) continue;
            yield {
              at: command.spanOfWord(word),
              message: `${command.name} has no option ${word.value}, and ends with an error.`,
              fix: `Write ${match.instead}.`,
            };
          }
        }
      }
    }
  },
};
