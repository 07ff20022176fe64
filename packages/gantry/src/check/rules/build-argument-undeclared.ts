import type { BuildLink } from "../../read/build-link.ts";
import type { EnvironmentEntry } from "../../read/compose/model.ts";
import { usedStages } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { givenByBuilder, isPredefinedArgument } from "../dockerfile/variables.ts";
import type { Rule } from "../types.ts";

/** See `what`. */
export const buildArgumentUndeclared: Rule = {
  code: "GX005",
  name: "build-argument-undeclared",
  family: "across",
  rank: "tidy",
  what: "A build is given an argument that none of the stages it builds declares.",
  why: "The value goes nowhere: the build takes it, says at most a line about it, and makes the same image as without.",
  fix: "Declare it with `ARG NAME` in the stage that uses it, or take it out of `args`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build:
                  context: .
                  args:
                    NODE_VERSION: "22"
                    GIT_SHA: abc
          `,
          Dockerfile: 'ARG NODE_VERSION=20\nFROM node:${NODE_VERSION}-slim\nCMD ["node", "app.js"]\n',
        },
        at: ["compose.yaml:7"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build:
                  context: .
                  args: [GIT_SHA=abc, HTTP_PROXY=http://proxy:3128, BUILDKIT_INLINE_CACHE=1]
          `,
          Dockerfile: "FROM node:22-slim\nARG GIT_SHA\nENV REVISION=$GIT_SHA\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const { args, link } of builds(facts)) {
      const { dockerfile, stage } = link;
      if (dockerfile === undefined || stage === undefined) continue;
      const used = [...usedStages(dockerfile, stage)];
      // An image that is not official may declare arguments by ONBUILD.
      const hidden = used.some(
        (one) => one.base.kind === "unknown" || /onbuild/.test(one.rootImage?.text ?? ""),
      );
      if (hidden) continue;
      const declared = new Set(
        [...dockerfile.globalArgs, ...used.flatMap((one) => one.args)].map((one) => one.name),
      );
      for (const { name, span } of args) {
        if (declared.has(name) || isPredefinedArgument(name) || givenByBuilder(name)) continue;
        if (name.startsWith("BUILDKIT_") || name === "SOURCE_DATE_EPOCH") continue;
        const elsewhere = dockerfile.stages.find((one) => one.args.some((arg) => arg.name === name));
        const where =
          elsewhere === undefined
            ? `${dockerfile.path} does not declare it`
            : `only the stage ${elsewhere.name ?? elsewhere.index} declares it, which is not built`;
        yield { at: span, message: `The build argument ${name} is given, but ${where}.` };
      }
    }
  },
};

function* builds(
  facts: ProjectFacts,
): Generator<{ readonly args: readonly EnvironmentEntry[]; readonly link: BuildLink }> {
  for (const { service } of eachService(facts)) if (service.build !== undefined) yield service.build;
  for (const file of facts.bakeFiles) yield* file.targets;
}
