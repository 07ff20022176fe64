import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { lineage, lineageInstructions } from "../../read/dockerfile/questions.ts";
import { programsInStage } from "../../read/programs.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { baseName } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** A command that needs a shell, in an image that has none. */
export const shellMissing: Rule = {
  code: "GD007",
  name: "shell-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "RUN, CMD or ENTRYPOINT needs /bin/sh in an image that has no shell.",
  why: 'The shell form of an instruction runs /bin/sh -c. Distroless images and scratch have no shell: the build, or the container\'s start, ends with `exec: "/bin/sh": stat /bin/sh: no such file or directory`.',
  fix: "Write CMD and ENTRYPOINT as JSON lists, and do the work of RUN in an earlier stage.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM gcr.io/distroless/python3-debian12", "CMD app.py"),
      dockerfileExampleAt([2], "FROM scratch", "RUN mkdir /data"),
      dockerfileExampleAt(
        [2],
        "FROM gcr.io/distroless/nodejs22-debian12:nonroot",
        'ENTRYPOINT ["sh", "-c", "node app.js"]',
      ),
    ],
    good: [
      dockerfileExample("FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim", "RUN uv sync"),
      dockerfileExample("FROM gcr.io/distroless/python3-debian12", 'CMD ["app.py"]'),
      dockerfileExample("FROM gcr.io/distroless/base-debian12:debug", "RUN mkdir /data"),
      dockerfileExample("FROM scratch", "ADD rootfs.tar.gz /", "CMD exec bash"),
      dockerfileExample("FROM scratch", "COPY --from=busybox /bin/busybox /bin/sh", "RUN echo"),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      // An image with another shell than the wanted one lacks a program, not a shell.
      const programs = programsInStage(stage);
      if (programs.has("sh") !== "no" || unpacksRoot(stage)) continue;
      const bottom = lineage(stage).at(-1) ?? stage;
      for (const instruction of stage.instructions) {
        if (!["RUN", "CMD", "ENTRYPOINT"].includes(instruction.keyword)) continue;
        const shell = neededShell(instruction, stage);
        if (shell === undefined || programs.has(shell) !== "no") continue;
        yield {
          at: instruction.span,
          message: `${instruction.keyword} needs ${shell}, and ${stage.rootImage?.text ?? "scratch"} has no shell.`,
          related: [{ at: bottom.baseSpan, message: "the base has no shell" }],
        };
      }
    }
  },
};

function neededShell(instruction: Instruction, stage: Stage): string | undefined {
  if (instruction.form === "exec") {
    const program = baseName(instruction.json[0]?.value ?? "");
    return ["sh", "bash", "dash", "ash"].includes(program) ? program : undefined;
  }
  // With SHELL, or an entry point that takes CMD as its arguments, another program reads it.
  const { entrypoint } = stage.config;
  const shell = shellAt(stage, instruction);
  if (shell !== undefined) return baseName(shell);
  if (instruction.text.trim() === "" && instruction.heredocs.length === 0) return undefined;
  if (instruction.text.trim().startsWith("[")) return undefined;
  return instruction.keyword === "CMD" && entrypoint?.value.form === "shell" ? undefined : "sh";
}

/** The program of the SHELL that is in force at an instruction. */
function shellAt(stage: Stage, instruction: Instruction): string | undefined {
  const before = lineageInstructions(stage);
  const shell = before.slice(0, before.indexOf(instruction)).findLast((one) => one.keyword === "SHELL");
  return shell?.json[0]?.value;
}

/** Whether an archive or a whole tree makes the system. */
function unpacksRoot(stage: Stage): boolean {
  return lineage(stage).some((one) =>
    one.instructions.some(
      ({ keyword, text }) =>
        keyword === "ADD" || (keyword === "COPY" && /\s\/(?:usr\/?|bin\/?)?\s*$/.test(text)),
    ),
  );
}
