import type { Dockerfile, Instruction, Stage } from "../../read/dockerfile/model.ts";
import { eachStage } from "../../read/walk.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { runOf } from "../dockerfile/run.ts";
import type { Report, Rule } from "../types.ts";

/** Programs that are content with no input at all, so that a failed download goes unnoticed. */
const content: ReadonlySet<string> = new Set([
  ...["sh", "bash", "dash", "ash", "zsh", "ksh"],
  ...["python", "python2", "python3", "node", "perl", "ruby", "php", "psql", "jq"],
  ...["tee", "cat", "sed", "awk", "tr", "sort", "head", "tail", "cut", "xargs", "base64", "cpio", "dd"],
]);

/** A download in front of a pipe, whose failure nobody sees. */
export const pipeHidesFailure: Rule = {
  code: "GD032",
  name: "pipe-hides-failure",
  family: "dockerfile",
  rank: "hardening",
  what: "A download is piped into a program that succeeds when nothing arrives, and the shell does not stop on errors in a pipe.",
  why: "The shell only looks at the last command of a pipe. When the download fails, a shell (or tee, sed, jq) reads an empty input and succeeds: the build goes on without what it needed, and caches that.",
  fix: 'Set SHELL ["/bin/bash", "-o", "pipefail", "-c"] above, or download to a file first and use that.',
  aliases: [{ tool: "hadolint", id: "DL4006" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22", "RUN curl -fsSL https://example.com/install.sh | bash"),
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN wget -qO- https://example.com/key.asc | tee /etc/apt/keyrings/example.asc",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM node:22",
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
        "RUN curl -fsSL https://example.com/install.sh | bash",
      ),
      dockerfileExample(
        "FROM alpine:3.22",
        "RUN set -o pipefail && wget -qO- https://example.com/install.sh | sh",
      ),
      dockerfileExample("FROM debian:13", "RUN curl -fsSL https://example.com/a.tgz | tar xz"),
      dockerfileExample(
        "FROM debian:13",
        "RUN curl -fsSL https://example.com/install.sh -o /tmp/i.sh && sh /tmp/i.sh",
      ),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      let strict = stage.base.kind === "stage" && isStrict(stage.base.stage.config.shell?.value);
      for (const instruction of stage.instructions) {
        if (instruction.keyword === "SHELL") strict = isStrict(instruction.json.map((word) => word.value));
        if (instruction.keyword !== "RUN" || strict || instruction.form === "exec") continue;
        if (
          instruction.text.includes("pipefail") ||
          instruction.heredocs.some((one) => one.content.includes("pipefail"))
        )
          continue;
        yield* reportsOf(dockerfile, stage, instruction);
      }
    }
  },
};

function* reportsOf(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): Generator<Report> {
  const { commands } = runOf(dockerfile, stage, instruction);
  for (const [index, command] of commands.entries()) {
    const reader = commands[index + 1];
    if (!command.piped || reader?.before !== "|" || reader.depth !== command.depth) continue;
    if ((command.name !== "curl" && command.name !== "wget") || !content.has(reader.name)) continue;
    // The whole of `a | b | c` counts by its last program.
    const end = commands.slice(index + 1).find((one) => !one.piped);
    if (end !== undefined && !content.has(end.name)) continue;
    const alpine = distributionOf(stage.rootImage)?.family === "alpine";
    yield {
      at: command.span,
      message: `When this ${command.name} fails, ${reader.name} gets nothing and succeeds, and the build goes on.`,
      ...(alpine ? { fix: "Begin the RUN with set -o pipefail &&, which Alpine's shell knows." } : {}),
    };
  }
}

function isStrict(shell: readonly string[] | undefined): boolean {
  return shell?.some((word) => word.includes("pipefail") || /^-[a-z]*o[a-z]*$/.test(word)) ?? false;
}
