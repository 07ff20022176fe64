import type { EnvironmentEntry } from "../../read/compose/model.ts";
import type { Assignment, Stage } from "../../read/dockerfile/model.ts";
import { lineage } from "../../read/dockerfile/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isSecretName } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const secretInBuildArgument: Rule = {
  code: "GX040",
  name: "secret-in-build-argument",
  family: "across",
  rank: "leaks",
  what: "A build is given a secret as an argument, and the image that it makes keeps it.",
  why: "The history of an image holds the arguments of each RUN: `docker history --no-trunc` shows the secret to everybody who can pull the image. With `ENV` it is in every container too.",
  fix: "Give it as a build secret: `build.secrets` in Compose (`secret` in Bake), and `RUN --mount=type=secret,id=NAME` in the Dockerfile.",
  aliases: [
    { tool: "buildkit", id: "SecretsUsedInArgOrEnv" },
    { tool: "hadolint", id: "DL3064" },
  ],
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dedent`
            FROM node:22-slim
            ARG NPM_TOKEN
            RUN npm ci
          `,
          "compose.yaml": dedent`
            services:
              web:
                build:
                  context: .
                  args:
                    NPM_TOKEN: \${NPM_TOKEN}
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "a stage that is not shipped, a secret, and no secret at all",
        files: {
          Dockerfile: dedent`
            FROM node:22-slim AS build
            ARG NPM_TOKEN
            RUN npm ci
            FROM node:22-slim
            ARG TOKEN_FILE
            RUN --mount=type=secret,id=npm_token npm ci
            COPY --from=build /app /app
          `,
          "compose.yaml": dedent`
            services:
              web:
                build:
                  context: .
                  args:
                    NPM_TOKEN: \${NPM_TOKEN}
                    TOKEN_FILE: /run/token
                  secrets: [npm_token]
            secrets:
              npm_token:
                environment: NPM_TOKEN
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const { build } = service;
      if (build?.link.stage !== undefined)
        yield* kept(build.args, build.link.stage, `service ${service.name}`);
    }
    for (const { targets } of facts.bakeFiles) {
      for (const target of targets)
        if (target.link.stage !== undefined)
          yield* kept(target.args, target.link.stage, `target ${target.name}`);
    }
  },
};

function* kept(args: readonly EnvironmentEntry[], stage: Stage, who: string): Generator<Report> {
  for (const entry of args) {
    const declared = isSecretName(entry.name) ? declarationIn(stage, entry.name) : undefined;
    if (declared === undefined || (entry.value === "" && !entry.dynamic)) continue;
    yield {
      at: entry.span,
      message: `The image of ${who} keeps ${entry.name} in its history.`,
      fix: `Give it as a build secret, and write \`RUN --mount=type=secret,id=${entry.name.toLowerCase()},env=${entry.name} ...\` instead of \`ARG ${entry.name}\`.`,
      related: [{ at: declared.span, message: "the argument becomes part of the image here" }],
    };
  }
}

/** The ARG of a stage that is shipped, when a RUN or ENV after it writes it into the history. */
function declarationIn(stage: Stage, name: string): Assignment | undefined {
  for (const one of lineage(stage)) {
    const declared = one.args.find((arg) => arg.name === name);
    if (declared === undefined) continue;
    const after = one.instructions.slice(one.instructions.indexOf(declared.instruction) + 1);
    const recorded = after.some(
      ({ keyword, text }) => keyword === "RUN" || (keyword === "ENV" && text.includes(name)),
    );
    if (recorded) return declared;
  }
  return undefined;
}
