import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import {
  copyDestination,
  copySources,
  flag,
  lineage,
  lineageInstructions,
} from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { eachInstruction } from "../../read/walk.ts";
import { contextsOf, isPlainPath, pathInContext } from "../dockerfile/context.ts";
import { insertAfter, perhaps } from "../dockerfile/edits.ts";
import { absolute } from "../insight/made-folders.ts";
import type { Rule } from "../types.ts";

/** Several files that are copied to one name. */
export const copiedFilesOverwrite: Rule = {
  code: "GD064",
  name: "copied-files-overwrite",
  family: "dockerfile",
  rank: "will-fail",
  what: "COPY or ADD takes several files to a path that does not end with a slash and is no folder yet.",
  why: "Without the slash the path is the name of a file. BuildKit writes one file after the other under that name, and says nothing: only the last one is in the image (moby/buildkit#1853). Builders before it, and others, end the build.",
  fix: "End the path with a slash.",
  aliases: [{ tool: "hadolint", id: "DL3021" }],
  examples: {
    bad: [
      {
        files: {
          Dockerfile:
            "FROM node:22-slim\nCOPY package.json package-lock.json /srv/shop\nRUN cd /srv/shop && npm ci\n",
          "package.json": "{}\n",
          "package-lock.json": "{}\n",
        },
        at: ["Dockerfile:2"],
      },
      {
        title: "relative to the working directory",
        files: {
          Dockerfile: "FROM debian:13-slim\nWORKDIR /app\nCOPY one.conf two.conf conf\n",
          "one.conf": "1\n",
          "two.conf": "2\n",
        },
        at: ["Dockerfile:3"],
      },
    ],
    good: [
      {
        title: "a slash, a folder that is there, and folders",
        files: {
          Dockerfile:
            "FROM node:22-slim\nCOPY a.txt b.txt /srv/shop/\nWORKDIR /app\nCOPY a.txt b.txt /app\nCOPY a.txt b.txt .\nRUN mkdir /data\nCOPY a.txt b.txt /data\nCOPY a.txt b.txt /etc\nCOPY src lib /code\nCOPY a.txt /code/sub/\nCOPY a.txt b.txt /code/sub\n",
          "a.txt": "a\n",
          "b.txt": "b\n",
          "src/x.js": "\n",
          "lib/y.js": "\n",
        },
      },
      {
        title: "a base that may have the folder",
        files: {
          Dockerfile: "FROM ghcr.io/example/base:2\nCOPY a.txt b.txt /app\n",
          "a.txt": "a\n",
          "b.txt": "b\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction, onbuild } of eachInstruction(facts, "COPY", "ADD")) {
      const destination = copyDestination(instruction);
      if (stage === undefined || onbuild || destination === undefined) continue;
      if (flag(instruction, "from") !== undefined || mayBeFolder(destination.value)) continue;
      const folders = contextsOf(facts, dockerfile);
      const files = copySources(instruction).filter(
        ({ value }) =>
          isPlainPath(value) &&
          folders.length > 0 &&
          folders.every((folder) => isFile(facts, pathInContext(folder, value))),
      );
      const target = absolute(workdirAt(stage, instruction), destination.value);
      if (files.length < 2 || target === undefined || mayExist(stage, instruction, target)) continue;
      const last = files.at(-1)?.value ?? "";
      yield {
        at: instruction.span,
        message: `Only ${last} is in the image, under the name ${target}: the others are overwritten by it.`,
        fix: `Write ${destination.value}/ in the place of ${destination.value}.`,
        ...(destination.raw === destination.value && instruction.form === "shell"
          ? { remedy: perhaps("end the path with a slash", insertAfter(destination.span, "/")) }
          : {}),
      };
    }
  },
};

/** Whether a destination is written as a folder, or has a variable that may say so. */
function mayBeFolder(path: string): boolean {
  return path.endsWith("/") || path.endsWith(".") || path.includes("$");
}

function isFile(facts: ProjectFacts, path: string | undefined): boolean {
  return path !== undefined && facts.paths.includes(path);
}

/** The working directory that an instruction sees; `undefined` when a variable or an unknown base hides it. */
function workdirAt(stage: Stage, until: Instruction): string | undefined {
  let workdir: string | undefined = "/";
  for (const instruction of before(stage, until)) {
    if (instruction.keyword === "WORKDIR") workdir = absolute(workdir, instruction.words[0]?.value ?? "$");
  }
  return workdir;
}

function before(stage: Stage, until: Instruction): readonly Instruction[] {
  const all = lineageInstructions(stage);
  return all.slice(0, all.indexOf(until));
}

/** Official images with the folders of their distribution, and few others. */
const plainBases: ReadonlySet<string> = new Set([
  ...["debian", "ubuntu", "alpine", "python", "node", "golang", "rust", "ruby", "php"],
  ...["openjdk", "eclipse-temurin"],
]);
/** What a distribution has, and what lies in it may be there too; below /opt and /srv nothing is. */
const systemFolder =
  /^\/(?:bin|boot|dev|etc|home|lib\w*|media|mnt|proc|root|run|sbin|sys|tmp|usr|var|go|opt|srv)?(?:\/|$)/;
const emptyFolder = /^\/(?:opt|srv)\/./;

/** Whether the path may be a folder by then: of the base, or made by an instruction before. */
function mayExist(stage: Stage, until: Instruction, target: string): boolean {
  const bottom = lineage(stage).at(-1) ?? stage;
  const official = bottom.base.kind === "image" ? bottom.base.reference.official : undefined;
  if (bottom.base.kind !== "scratch" && !plainBases.has(official ?? "")) return true;
  if (systemFolder.test(target) && !emptyFolder.test(target)) return true;
  const name = target.slice(target.lastIndexOf("/") + 1);
  return before(stage, until).some(({ keyword, text, heredocs }) =>
    keyword === "RUN" ||
    keyword === "COPY" ||
    keyword === "ADD" ||
    keyword === "WORKDIR" ||
    keyword === "VOLUME"
      ? [text, ...heredocs.map(({ content }) => content)].some(
          (one) => one.includes(name) || /\$|\s\/\s*$/.test(one),
        )
      : false,
  );
}
