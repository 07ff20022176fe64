import type { BuildLink } from "../../read/build-link.ts";
import type { EnvironmentEntry } from "../../read/compose/model.ts";
import { usedStages } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { givenByBuilder, isPredefinedArgument } from "../dockerfile/variables.ts";
import type { Report, Rule } from "../types.ts";

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
                  args: [GIT_SHA=abc, HTTP_PROXY=http://proxy:3128, BUILDKIT_INLINE_CACHE=1, DOCKER_BUILDKIT=1]
          `,
          Dockerfile: "FROM node:22-slim\nARG GIT_SHA\nENV REVISION=$GIT_SHA\n",
        },
      },
    ],
  },
  *check(facts) {
    const useless = new Map<string, Report>();
    const useful = new Set<string>();
    for (const { args, link } of builds(facts)) {
      for (const { name, span } of args) {
        const place = `${span.file}:${span.start}`;
        const where = undeclared(link, name);
        // An argument that several builds share, by inheritance or an anchor, is fine when one of them wants it.
        if (where === undefined) useful.add(place);
        else useless.set(place, { at: span, message: `The build argument ${name} is given, but ${where}.` });
      }
    }
    for (const [place, report] of useless) if (!useful.has(place)) yield report;
  },
};

/** Why an argument goes nowhere; `undefined` when it is declared, or when the files do not tell. */
function undeclared(link: BuildLink, name: string): string | undefined {
  const { dockerfile, stage } = link;
  if (dockerfile === undefined || stage === undefined) return undefined;
  if (isPredefinedArgument(name) || givenByBuilder(name)) return undefined;
  if (name.startsWith("BUILDKIT_") || name === "SOURCE_DATE_EPOCH") return undefined;
  // A setting of the command line: useless here, but nothing that a Dockerfile could declare.
  if (name === "DOCKER_BUILDKIT") return undefined;
  const used = [...usedStages(dockerfile, stage)];
  // Bases of unknown content may declare arguments by ONBUILD.
  if (used.some((one) => one.base.kind === "unknown" || one.rootImage?.text.includes("onbuild")))
    return undefined;
  const declared = [...dockerfile.globalArgs, ...used.flatMap((one) => one.args)];
  if (declared.some((one) => one.name === name)) return undefined;
  const elsewhere = dockerfile.stages.find((one) => one.args.some((arg) => arg.name === name));
  return elsewhere === undefined
    ? `${dockerfile.path} does not declare it`
    : `only the stage ${elsewhere.name ?? elsewhere.index} declares it, which is not built`;
}

function* builds(
  facts: ProjectFacts,
): Generator<{ readonly args: readonly EnvironmentEntry[]; readonly link: BuildLink }> {
  for (const { service } of eachService(facts)) if (service.build !== undefined) yield service.build;
  for (const file of facts.bakeFiles) yield* file.targets;
}
