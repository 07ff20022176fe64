import { flag, lineageInstructions, scriptText } from "../../read/dockerfile/questions.ts";
import { baseName } from "../dockerfile/run.ts";
import { startScripts } from "../dockerfile/start-scripts.ts";
import type { Rule } from "../types.ts";

const start = 'ENTRYPOINT ["/entrypoint.sh"]\n';
const script = { "entrypoint.sh": '#!/bin/sh\nexec "$@"\n' };
const mayNotRun = { "entrypoint.sh": false };

/** A start script that the kernel refuses to run. */
export const scriptNotExecutable: Rule = {
  code: "GD065",
  name: "script-not-executable",
  family: "dockerfile",
  rank: "will-fail",
  what: "A script that the image starts is copied without the right to run it, and nothing gives it that right.",
  why: "COPY keeps the rights that the file has on the machine that builds: the container's start ends with `permission denied`. Git keeps the right to run, too, once it is set.",
  fix: "Write COPY --chmod=755, or set it in the repository: git update-index --chmod=+x FILE.",
  examples: {
    bad: [
      {
        files: { Dockerfile: `FROM node:22-slim\nCOPY entrypoint.sh /entrypoint.sh\n${start}`, ...script },
        executable: mayNotRun,
        at: ["Dockerfile:2"],
      },
    ],
    good: [
      {
        title: "a script that may run",
        files: { Dockerfile: `FROM node:22-slim\nCOPY entrypoint.sh /entrypoint.sh\n${start}`, ...script },
        executable: { "entrypoint.sh": true },
      },
      {
        title: "COPY --chmod",
        files: {
          Dockerfile: `FROM node:22-slim\nCOPY --chmod=755 entrypoint.sh /entrypoint.sh\n${start}`,
          ...script,
        },
        executable: mayNotRun,
      },
      {
        title: "a later chmod",
        files: {
          Dockerfile: `FROM node:22-slim\nCOPY entrypoint.sh /entrypoint.sh\nRUN chmod +x /entrypoint.sh\n${start}`,
          ...script,
        },
        executable: mayNotRun,
      },
      {
        title: "a shell that is named before it",
        files: {
          Dockerfile: 'FROM node:22-slim\nCOPY entrypoint.sh /\nENTRYPOINT ["sh", "/entrypoint.sh"]\n',
          ...script,
        },
        executable: mayNotRun,
      },
    ],
  },
  *check(facts) {
    for (const { path, stage, start: by, copy, interpreted } of startScripts(facts)) {
      if (interpreted || facts.isExecutable(path) !== false || flag(copy, "chmod") !== undefined) continue;
      const all = lineageInstructions(stage);
      const changed = all.slice(all.indexOf(copy) + 1).some((instruction) => {
        if (instruction.keyword !== "RUN") return false;
        const scripts = scriptText(instruction);
        return /\bchmod\b|\binstall\s+-|\.sh\b/.test(scripts) || scripts.includes(baseName(path));
      });
      if (changed) continue;
      yield {
        at: copy.span,
        message: `${path} may not be run, so the container's start ends with "permission denied".`,
        fix: `Write COPY --chmod=755 here, or git update-index --chmod=+x ${path}.`,
        related: [{ at: by.span, message: "started here" }],
      };
    }
  },
};
