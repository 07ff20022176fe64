import { copySources, flag } from "../../read/dockerfile/questions.ts";
import { eachInstruction } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { contextsOf, isPlainPath, pathInContext } from "../dockerfile/context.ts";
import { baseName } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** Files that are always checked in, by the manifest that stands beside them. */
const beside: Readonly<Record<string, readonly string[]>> = {
  "package.json": [],
  "package-lock.json": ["package.json"],
  "npm-shrinkwrap.json": ["package.json"],
  "yarn.lock": ["package.json"],
  "pnpm-lock.yaml": ["package.json"],
  "bun.lock": ["package.json"],
  "bun.lockb": ["package.json"],
  "poetry.lock": ["pyproject.toml"],
  "uv.lock": ["pyproject.toml"],
  "pdm.lock": ["pyproject.toml"],
  "Pipfile.lock": ["Pipfile"],
  "requirements.txt": ["pyproject.toml", "setup.py", "manage.py", "app.py", "main.py"],
  "Cargo.lock": ["Cargo.toml"],
  "go.sum": ["go.mod"],
  "Gemfile.lock": ["Gemfile"],
  "composer.lock": ["composer.json"],
};

/** COPY of a lock file that the project does not have. */
export const copiedFileMissing: Rule = {
  code: "GD025",
  name: "copied-file-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "COPY takes a lock file or a list of requirements that is not in the build's folder, although its manifest is.",
  why: "A source that does not exist ends the build with `not found`.",
  fix: "Create the file and check it in, copy the one that is there, or build from another folder.",
  examples: {
    bad: [
      {
        title: "the lock file of another tool",
        files: {
          Dockerfile: "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci\n",
          "package.json": "{}\n",
          "yarn.lock": "",
        },
        at: ["Dockerfile:2"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci\n",
          "package.json": "{}\n",
          "package-lock.json": "{}\n",
        },
      },
      {
        files: {
          Dockerfile: "FROM node:22\nCOPY package.json package-lock.json* ./\n",
          "package.json": "{}\n",
        },
      },
      {
        title: "built from above, and used by its name",
        files: {
          "api/Dockerfile": "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci\n",
          "api/package.json": "{}\n",
          "package.json": "{}\n",
          "package-lock.json": "{}\n",
          "api/compose.yaml": dedent`
            services:
              api:
                build: { context: .., dockerfile: api/Dockerfile }
          `,
          "api/compose.ci.yaml": dedent`
            services:
              pack:
                build: .
                image: ci/api:2
                command: tar -cf build.tar .
          `,
        },
      },
      {
        title: "a Dockerfile whose folder is not known",
        files: { "docker/Dockerfile": "FROM node:22\nCOPY package-lock.json ./\n", "package.json": "{}\n" },
      },
    ],
  },
  *check(facts) {
    const paths = new Set(facts.paths);
    for (const { dockerfile, instruction, onbuild } of eachInstruction(facts, "COPY", "ADD")) {
      if (onbuild || flag(instruction, "from") !== undefined) continue;
      const contexts = contextsOf(facts, dockerfile);
      for (const context of contexts) {
        for (const { value, span } of copySources(instruction)) {
          const manifests = beside[baseName(value)];
          const path = isPlainPath(value) ? pathInContext(context, value) : undefined;
          if (manifests === undefined || path === undefined || paths.has(path)) continue;
          // Built from another folder, under the name that this one has: it is there already.
          if (context.isNamed && contexts.some((one) => paths.has(pathInContext(one, value) ?? ""))) continue;
          const folder = path.slice(0, path.length - baseName(path).length);
          const manifest = manifests.find((name) => paths.has(folder + name));
          if (manifest === undefined) continue;
          const others = Object.keys(beside).filter(
            (name) => paths.has(folder + name) && beside[name]?.includes(manifest),
          );
          yield {
            at: span,
            message: `There is no ${path}${context.owner === undefined ? "" : ` for ${context.owner}`}, so this ${instruction.keyword} ends the build.`,
            ...(others.length === 0
              ? {}
              : { fix: `Copy ${others.join(" or ")}, which is there, or create ${baseName(path)}.` }),
          };
        }
      }
    }
  },
};
