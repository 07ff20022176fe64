import { copySources, flag } from "../../read/dockerfile/questions.ts";
import type { IgnoreFile } from "../../read/ignore/model.ts";
import { decidingPattern, isIgnored } from "../../read/ignore/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import { eachInstruction } from "../../read/walk.ts";
import { contextsOf, isPlainPath } from "../dockerfile/context.ts";
import type { Rule } from "../types.ts";

/** COPY of something that `.dockerignore` keeps out of the build. */
export const copySourceIgnored: Rule = {
  code: "GD004",
  name: "copy-source-ignored",
  family: "dockerfile",
  rank: "will-fail",
  what: "COPY or ADD takes a path that .dockerignore keeps out of the build.",
  why: "Ignored files are not sent to the builder, so for the build they do not exist: it ends with `not found`.",
  fix: "Take the path back in, with a line beginning with ! after the one that ignores it, or do not copy it.",
  aliases: [{ tool: "buildkit", id: "CopyIgnoredFile" }],
  examples: {
    bad: [
      {
        files: {
          Dockerfile: "FROM python:3.13-slim\nCOPY docs/ /app/docs/\nCOPY app.py /app/\n",
          ".dockerignore": "docs\n*.md\n",
          "app.py": "",
        },
        at: ["Dockerfile:2"],
      },
      {
        title: "a Compose service with its own ignore file",
        files: {
          "docker/api.Dockerfile": "FROM python:3.13-slim\nCOPY README.md pyproject.toml /app/\n",
          "docker/api.Dockerfile.dockerignore": "*.md\n",
          "compose.yaml":
            "services:\n  api:\n    build:\n      context: .\n      dockerfile: docker/api.Dockerfile\n",
        },
        at: ["docker/api.Dockerfile:2"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: "FROM python:3.13-slim\nCOPY docs/ /app/docs/\nCOPY README.md /app/\n",
          ".dockerignore": "*.md\n!README.md\ndocs\n!docs/index.html\n",
        },
      },
      {
        title: "a file from another stage",
        files: {
          Dockerfile:
            "FROM node:22 AS build\nFROM nginx:1.29\nCOPY --from=build /app/dist /srv\nCOPY --from=build dist /srv\n",
          ".dockerignore": "dist\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const { dockerfile, instruction, onbuild } of eachInstruction(facts, "COPY", "ADD")) {
      if (onbuild || flag(instruction, "from") !== undefined) continue;
      for (const { ignore, owner } of contextsOf(facts, dockerfile)) {
        if (ignore === undefined) continue;
        for (const source of copySources(instruction)) {
          const path = withoutEndSlash(source.value.replace(/^(?:\.?\/)+/, ""));
          if (path === "" || path === "." || path.includes("..") || !isPlainPath(source.value)) continue;
          if (!isIgnored(ignore, path) || hasExceptionBelow(ignore, path)) continue;
          const pattern = decidingPattern(ignore, path);
          yield {
            at: source.span,
            message: `${ignore.path} keeps ${path} out of the build${owner === undefined ? "" : ` of ${owner}`}, so this ${instruction.keyword} finds nothing.`,
            fix: `Add the line !${path} to ${ignore.path}, or take ${source.value} out of this ${instruction.keyword}.`,
            ...(pattern === undefined
              ? {}
              : { related: [{ at: pattern.span, message: `"${pattern.pattern}" ignores it` }] }),
          };
        }
      }
    }
  },
};

/** Whether a later `!` line may take something below the folder back in. */
function hasExceptionBelow(ignore: IgnoreFile, path: string): boolean {
  return ignore.patterns.some(({ negated, pattern }) => {
    if (!negated) return false;
    const plain = /^[^*?[]*/.exec(pattern)?.[0] ?? "";
    return plain === pattern
      ? pattern.startsWith(`${path}/`)
      : plain.startsWith(`${path}/`) || path.startsWith(plain);
  });
}
