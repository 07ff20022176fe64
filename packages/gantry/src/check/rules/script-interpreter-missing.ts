import type { Stage } from "../../read/dockerfile/model.ts";
import { programsInStage } from "../../read/programs.ts";
import { startOf } from "../../read/source.ts";
import { mayComeAlong } from "../dockerfile/dependencies.ts";
import { baseName } from "../dockerfile/run.ts";
import { startScripts } from "../dockerfile/start-scripts.ts";
import type { Rule } from "../types.ts";

const start = 'COPY --chmod=755 entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n';

/** Official images that start their command with nothing before it. */
const startDirectly = new Set([
  ...[
    "alpine",
    "debian",
    "ubuntu",
    "busybox",
    "buildpack-deps",
    "fedora",
    "almalinux",
    "rockylinux",
    "amazonlinux",
  ],
  ...["python", "ruby", "golang", "rust", "gcc", "perl", "elixir", "erlang", "openjdk"],
]);

/** A start script whose first line names nothing that could run it. */
export const scriptInterpreterMissing: Rule = {
  code: "GD019",
  name: "script-interpreter-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "A script that the image starts has no #! line, or one that names an interpreter the image does not have.",
  why: "The kernel starts a script with the program on its first line. Without such a line the exec form ends with `exec format error`; with a program that is not there (bash on Alpine) with `no such file or directory`.",
  fix: "Name an interpreter that the image has, #!/bin/sh when the script needs no more, or install the one it names.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: `FROM node:22-alpine\n${start}`,
          "entrypoint.sh": '#!/bin/bash\nset -e\nexec "$@"\n',
        },
        at: ["entrypoint.sh:1"],
      },
      {
        files: { Dockerfile: `FROM node:22-slim\n${start}`, "entrypoint.sh": 'set -e\nexec "$@"\n' },
        at: ["entrypoint.sh:1"],
      },
      {
        files: {
          Dockerfile: 'FROM python:3.13-slim\nCOPY --chmod=755 start.sh /\nCMD ["/start.sh"]\n',
          "start.sh": "exec python app.py\n",
        },
        at: ["start.sh:1"],
      },
    ],
    good: [
      { files: { Dockerfile: `FROM node:22-alpine\n${start}`, "entrypoint.sh": '#!/bin/sh\nexec "$@"\n' } },
      {
        files: {
          Dockerfile: `FROM node:22-alpine\nRUN apk add --no-cache bash\n${start}`,
          "entrypoint.sh": "#!/usr/bin/env bash\n",
        },
      },
      {
        title: "an image whose own start script, a shell's, runs the command",
        files: {
          Dockerfile: 'FROM node:22-alpine\nCOPY --chmod=755 start.sh /\nCMD ["/start.sh"]\n',
          "start.sh": "exec node server.js\n",
        },
      },
      {
        title: "a shell that is named before the script",
        files: {
          Dockerfile: 'FROM node:22-alpine\nCOPY run.sh /run.sh\nCMD ["sh", "/run.sh"]\n',
          "run.sh": "echo no first line needed\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const { path, text, stage, start: by, copy, interpreted } of startScripts(facts)) {
      if (interpreted || text.startsWith("\uFEFF") || text.trim() === "") continue;
      const firstLine = (/^[^\r\n]*/.exec(text)?.[0] ?? "").trimEnd();
      const related = [
        { at: by.span, message: "started here" },
        { at: copy.span, message: "copied here" },
      ];
      if (!firstLine.startsWith("#!")) {
        // In shell form the shell itself runs a script that has no first line.
        if (by.form !== "exec" || (by.keyword === "CMD" && mayGoThroughShell(stage))) continue;
        yield {
          at: startOf(path),
          message: `${path} has no #! line, so the container's start ends with "exec format error".`,
          fix: `Make #!/bin/sh the first line of ${path}.`,
          related,
        };
        continue;
      }
      const words = firstLine.slice(2).trim().split(/\s+/);
      const program =
        baseName(words[0] ?? "") === "env"
          ? (words.slice(1).find((word) => !word.startsWith("-")) ?? "")
          : baseName(words[0] ?? "");
      if (program === "" || programsInStage(stage).has(program) !== "no" || mayComeAlong(stage, program))
        continue;
      yield {
        at: startOf(path),
        message: `${path} wants ${program}, which ${stage.rootImage?.text ?? "the image"} does not have and nothing installs.`,
        related,
      };
    }
  },
};

/** Whether a command may be started by a script, whose shell then reads itself what the kernel refuses to run. */
function mayGoThroughShell(stage: Stage): boolean {
  if (stage.config.entrypoint !== undefined) return true;
  return !startDirectly.has(stage.rootImage?.official ?? "");
}
