import type { BuildLink } from "../../read/build-link.ts";
import type { Dockerfile, Instruction } from "../../read/dockerfile/model.ts";
import { mounts, scriptText, usedStages } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { fileNameOf } from "../../read/paths.ts";
import { scriptCommands } from "../../read/shell/questions.ts";
import type { Span } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Rule } from "../types.ts";

const dockerfile = dedent`
  FROM node:22-slim
  WORKDIR /app
  COPY package.json package-lock.json ./
  RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true npm ci
`;

/** See `what`. */
export const buildSecretMissing: Rule = {
  code: "GX006",
  name: "build-secret-missing",
  family: "across",
  rank: "will-fail",
  what: "A Dockerfile mounts a build secret that the service or target that builds it does not give.",
  why: "With `required` the build stops at that step; without it the file is simply not there, and the command that reads it fails, or goes on without the credential.",
  fix: "List the secret under `build.secrets` and at the top level of the Compose file (in Bake: `secret`).",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: .
          `,
          Dockerfile: dockerfile,
        },
        at: ["compose.yaml:3"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build:
                  context: .
                  secrets: [npmrc]
            secrets:
              npmrc: { file: ./.npmrc }
          `,
          Dockerfile: dockerfile,
        },
      },
      {
        title: "a variable for one command, which stays empty",
        files: {
          "compose.yaml": "services:\n  web:\n    build: .\n",
          Dockerfile:
            "FROM node:22-slim\nRUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) npm run build\n",
        },
      },
      {
        title: "a step that can do without",
        files: {
          "compose.yaml": "services:\n  web:\n    build: .\n",
          Dockerfile: dedent`
            FROM node:22-slim
            RUN --mount=type=secret,id=token if [ -f /run/secrets/token ]; then cat /run/secrets/token | login; fi
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const { owner, span, given, link } of builds(facts)) {
      if (link.dockerfile === undefined || link.stage === undefined) continue;
      const seen = new Set<string>();
      for (const { id, instruction, flagSpan } of wanted(link.dockerfile, link)) {
        if (given.has(id) || seen.has(id)) continue;
        seen.add(id);
        yield {
          at: span,
          message: `${owner} does not give the build secret ${id}, which ${link.dockerfile.path} mounts in line ${instruction.span.line}.`,
          related: [{ at: flagSpan, message: `the mount of ${id}` }],
        };
      }
    }
  },
};

interface Wanted {
  readonly id: string;
  readonly instruction: Instruction;
  readonly flagSpan: Span;
}

function* wanted(file: Dockerfile, link: BuildLink): Generator<Wanted> {
  if (link.stage === undefined) return;
  for (const stage of usedStages(file, link.stage)) {
    for (const instruction of stage.instructions) {
      for (const mount of mounts(instruction)) {
        if (mount.type !== "secret") continue;
        const id = mount.id ?? (mount.target === undefined ? undefined : fileNameOf(mount.target));
        const required = ["", "true", "1"].includes(mount.options.get("required") ?? "no");
        // A script that looks first, or goes on after a failure, can do without.
        const script = scriptText(instruction);
        // Nor does a command fail because of what fills a variable for it alone: `TOKEN=$(cat FILE) npm run build`.
        const careful =
          isOnlyBefore(instruction, mount.target ?? `/run/secrets/${id ?? ""}`) ||
          /\s-[efrs]\s|\|\||\bif\b|\$\{[^}]*[-+]/.test(script);
        if (id === undefined || id.includes("$") || (!required && careful)) continue;
        yield { id, instruction, flagSpan: mount.flag.span };
      }
    }
  }
}

/** Whether a file is read in substitutions that set a variable for one command, and nowhere else. */
function isOnlyBefore(instruction: Instruction, file: string): boolean {
  const commands = scriptCommands(instruction).filter(({ depth }) => depth === 0);
  return (
    commands.some(
      ({ words, assignments }) => words.length > 0 && assignments.some(({ raw }) => raw.includes(file)),
    ) &&
    commands.every(
      ({ words, assignments }) =>
        words.every(({ raw }) => !raw.includes(file)) &&
        (words.length > 0 || assignments.every(({ raw }) => !raw.includes(file))),
    )
  );
}

interface Build {
  readonly owner: string;
  readonly span: Span;
  readonly given: ReadonlySet<string>;
  readonly link: BuildLink;
}

function* builds(facts: ProjectFacts): Generator<Build> {
  for (const { service } of eachService(facts)) {
    const { build } = service;
    if (build === undefined) continue;
    const given = new Set(build.secrets.flatMap(({ source, target }) => [target ?? source, source]));
    yield { owner: `Service ${service.name}`, span: build.span, given, link: build.link };
  }
  for (const file of facts.bakeFiles) {
    for (const target of file.targets) {
      const given = new Set(
        target.secrets.flatMap(({ value }) => /(?:^|,)id=([^,]+)/.exec(value)?.[1] ?? []),
      );
      yield { owner: `Target ${target.name}`, span: target.span, given, link: target.link };
    }
  }
}
