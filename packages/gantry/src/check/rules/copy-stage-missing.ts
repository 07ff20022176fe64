import { hasAny } from "../../base/text.ts";
import { findStage, flag, mounts } from "../../read/dockerfile/questions.ts";
import type { Span } from "../../read/source.ts";
import { eachInstruction } from "../../read/walk.ts";
import { buildersOf } from "../dockerfile/builders.ts";
import { perhaps, replace } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { isNear } from "../dockerfile/near.ts";
import type { Report, Rule } from "../types.ts";

/** Names that people give to stages and that no official image has. */
const stageWords =
  /^(?:build|builder|build-?(?:stage|env)|base|deps|dependencies|prod-?deps|dev|development|prod|production|runtime|runner|compile|compiler|planner|installer|assets|frontend|backend|client|server|test|tests|final|release|dist|vendor|common)$/i;

/** `COPY --from` (or a mount) that names a stage which is not there. */
export const copyStageMissing: Rule = {
  code: "GD003",
  name: "copy-stage-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "COPY --from, or a mount's from=, names a stage that the Dockerfile does not have, or the stage it stands in.",
  why: "A name that is no stage is taken for an image and pulled from Docker Hub, where it does not exist; a number out of range, a variable, or the stage itself ends the build at once.",
  fix: "Name a stage as it is written after AS.",
  aliases: [
    { tool: "hadolint", id: "DL3022" },
    { tool: "hadolint", id: "DL3023" },
    { tool: "trivy", id: "DS-0006" },
    { tool: "checkov", id: "CKV_DOCKER_11" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt(
        [3],
        "FROM node:22 AS build",
        "FROM nginx:1.29",
        "COPY --from=builder /app/dist /usr/share/nginx/html",
      ),
      dockerfileExampleAt([2], "FROM node:22", "COPY --from=3 /app /app"),
      dockerfileExampleAt([2], "FROM node:22 AS app", "COPY --from=app /a /b"),
      dockerfileExampleAt(
        [4],
        "ARG SOURCE=build",
        "FROM node:22 AS build",
        "FROM nginx:1.29",
        "COPY --from=$SOURCE /a /b",
      ),
    ],
    good: [
      dockerfileExample("FROM node:22 AS build", "FROM nginx:1.29", "COPY --from=Build /app/dist /srv"),
      dockerfileExample("FROM php:8.4", "COPY --from=composer /usr/bin/composer /usr/bin/composer"),
      dockerfileExample("FROM python:3.13", "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/"),
      {
        title: "a build context with this name",
        files: {
          Dockerfile: "FROM alpine:3.22\nCOPY --from=assets /a /b\n",
          "compose.yaml":
            "services:\n  api:\n    build:\n      context: .\n      additional_contexts:\n        assets: ./assets\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction, onbuild } of eachInstruction(facts, "COPY", "RUN")) {
      // Triggers run in other Dockerfiles, with other stages.
      if (stage === undefined || onbuild) continue;
      for (const { name, at } of referencesOf(instruction)) {
        const report = problemWith(name, at);
        if (report !== undefined) yield report;
      }
      function problemWith(name: string, at: Span): Report | undefined {
        if (stage === undefined) return undefined;
        if (name.includes("$")) {
          return {
            at,
            message: `${name} in --from stays as it is: variables are not filled in there.`,
            fix: `Write FROM ${name} AS NAME above the first use, with an ARG before the first FROM, and take it from NAME.`,
          };
        }
        const found = findStage(dockerfile, name);
        if (found === stage) return ownStage(name, at);
        if (found !== undefined || hasAny(name, ["/", ":", "@", "."])) return undefined;
        if (/^\d+$/.test(name)) {
          return {
            at,
            message: `There is no stage ${name}: the Dockerfile has ${countOf(dockerfile.stages.length)}.`,
          };
        }
        if (buildersOf(facts, dockerfile).some((builder) => builder.contexts.includes(name)))
          return undefined;
        const names = dockerfile.stages.flatMap((one) => one.name ?? []);
        const near = names.find((one) => isNear(one, name));
        if (near === undefined && !stageWords.test(name)) return undefined;
        return {
          at,
          message: `There is no stage "${name}", so the build looks for an image docker.io/library/${name}.`,
          ...(near === undefined
            ? {}
            : {
                fix: `Write from=${near}.`,
                remedy: perhaps(
                  `take it from ${near}`,
                  replace(at, textWith(dockerfile.source.text, at, name, near)),
                ),
              }),
        };
      }
    }
  },
};

function referencesOf(
  instruction: Parameters<typeof flag>[0],
): readonly { readonly name: string; readonly at: Span }[] {
  if (instruction.keyword === "RUN") {
    return mounts(instruction).flatMap((mount) =>
      mount.from === undefined ? [] : [{ name: mount.from, at: mount.flag.span }],
    );
  }
  const from = flag(instruction, "from");
  return from?.value === undefined ? [] : [{ name: from.value, at: from.span }];
}

function ownStage(name: string, at: Span): Report {
  return { at, message: `${name} is the stage that this line belongs to; a stage cannot copy from itself.` };
}

function textWith(text: string, at: Span, name: string, near: string): string {
  return text.slice(at.start, at.end).replace(`from=${name}`, `from=${near}`);
}

function countOf(stages: number): string {
  return stages === 1 ? "one, number 0" : `${stages}, numbered from 0`;
}
