import type { Instruction } from "../../read/dockerfile/model.ts";
import { copyDestination, copySources, flag } from "../../read/dockerfile/questions.ts";
import { hasOption, operands, type ShellCommand } from "../../read/shell/questions.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { runsOf } from "../dockerfile/run.ts";
import { isRoot } from "../dockerfile/users.ts";
import type { Rule } from "../types.ts";

/** chown -R over files that COPY brought. */
export const chownCopiesFiles: Rule = {
  code: "GD045",
  name: "chown-copies-files",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN changes the owner (or mode) of files that an earlier COPY of the same image brought.",
  why: "A layer holds whole files: changing the owner of a file puts a second copy of it into the image. Large trees double, and the RUN takes minutes.",
  fix: "Write COPY --chown=USER:GROUP (or --chmod), and take the chown away.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [4],
        "FROM python:3.13-slim",
        "RUN useradd app",
        "COPY . /app",
        "RUN chown -R app:app /app",
        "USER app",
      ),
      {
        title: "a relative COPY",
        ...dockerfileExampleAt(
          [4],
          "FROM python:3.13-slim",
          "WORKDIR /app",
          "COPY . .",
          "RUN mkdir logs && chown -R 1000:1000 /app",
        ),
      },
    ],
    good: [
      dockerfileExample(
        "FROM python:3.13-slim",
        "RUN useradd app",
        "COPY --chown=app:app . /app",
        "USER app",
      ),
      dockerfileExample("FROM python:3.13-slim", "COPY . /app", "RUN mkdir /data && chown -R 1000 /data"),
      dockerfileExample("FROM nginx:1.29", "COPY conf /etc/nginx/conf.d/", "RUN chown -R nginx /etc/nginx"),
      dockerfileExample("FROM python:3.13-slim", "RUN mkdir /app && chown -R 1000 /app", "COPY . /app"),
      dockerfileExample("FROM debian:13", "COPY entrypoint.sh /entrypoint.sh", "RUN chmod +x /entrypoint.sh"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        const runs = new Map(runsOf(dockerfile, stage).map((run) => [run.instruction, run.commands]));
        if (![...runs.values()].flat().some(changesOwner)) continue;
        let workdir = stage.base.kind === "stage" ? stage.base.stage.config.workdir?.value : undefined;
        /** Folders and files that a chown would touch a copy in, by path. */
        const copied = new Map<string, Instruction>();
        for (const instruction of stage.instructions) {
          if (instruction.keyword === "WORKDIR") workdir = joined(workdir, instruction.text.trim());
          if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
            const path = joined(workdir, copyDestination(instruction)?.value ?? "");
            const owner = flag(instruction, "chown")?.value;
            if (path !== undefined && (owner === undefined || isRoot(owner)))
              noteCopy(copied, path, instruction);
          }
          for (const command of runs.get(instruction) ?? []) {
            if (!changesOwner(command)) continue;
            const [owner, ...targets] = operands(command);
            if (owner === undefined || isRoot(owner.value)) continue;
            for (const target of targets) {
              const path = joined(workdir, target.value);
              // Settings are small, whoever they belong to.
              const isSmall = path === undefined || path.startsWith("/etc/");
              const hit = isSmall ? undefined : copied.get(path);
              if (hit === undefined) continue;
              yield {
                at: command.span,
                message: `This puts a second copy of all files of ${target.value} into the image, for another owner.`,
                fix: `Write ${hit.keyword} --chown=${withoutQuotes(owner.value)} ${hit.text} above, and chown only folders that this RUN creates.`,
                related: [{ at: hit.span, message: "copied here, for root" }],
              };
              break;
            }
          }
        }
      }
    }
  },
};

function changesOwner(command: ShellCommand): boolean {
  return (command.name === "chown" || command.name === "chgrp") && hasOption(command, "-R", "--recursive");
}

/** Absolute path without a trailing slash; `undefined` when a variable or an unknown folder is in it. */
function joined(workdir: string | undefined, path: string): string | undefined {
  const clean = withoutQuotes(path);
  if (clean === "" || clean.includes("$")) return undefined;
  const whole = clean.startsWith("/") ? clean : workdir === undefined ? undefined : `${workdir}/${clean}`;
  const parts = whole?.split("/").filter((part, index) => index === 0 || (part !== "" && part !== "."));
  return parts?.join("/");
}

function withoutQuotes(text: string): string {
  return text.replaceAll('"', "").replaceAll("'", "");
}

/** Notes what a COPY brings, for its own path and all folders above; a single script counts for the folders only. */
function noteCopy(copied: Map<string, Instruction>, path: string, copy: Instruction): void {
  const sources = copySources(copy);
  const isScript = sources.length === 1 && /\.\w+$/.test(sources[0]?.value ?? "");
  if (!isScript && path !== "") copied.set(path, copied.get(path) ?? copy);
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const folder = path.slice(0, slash);
    copied.set(folder, copied.get(folder) ?? copy);
  }
}
