import { closest } from "../../base/names.ts";
import type { BuildLink } from "../../read/build-link.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import type { Tracked } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { at, isDynamic } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const buildTargetMissing: Rule = {
  code: "GX004",
  name: "build-target-missing",
  family: "across",
  rank: "will-fail",
  what: "A build asks for a stage that its Dockerfile does not have.",
  why: "The build stops with `target stage could not be found`.",
  fix: "Name a stage of the Dockerfile, or add the stage there.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build:
                  context: .
                  target: prodution
          `,
          Dockerfile: "FROM node:22 AS build\nFROM node:22-slim AS production\n",
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "a stage in other case, an index, a variable",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build: { context: ., target: Production }
              first:
                build: { context: ., target: "0" }
              any:
                build: { context: ., target: "\${STAGE}" }
          `,
          Dockerfile: "FROM node:22 AS build\nFROM node:22-slim AS production\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const { target, link } of targets(facts)) {
      if (link.dockerfile === undefined || link.stage !== undefined) continue;
      const names = link.dockerfile.stages.flatMap((stage) => stage.name ?? []);
      const meant = closest(target.value, names);
      const report: Report = {
        at: target.span,
        message: `${link.dockerfile.path} has no stage ${target.value}.`,
        related: link.dockerfile.stages.flatMap((stage) =>
          stage.nameSpan === undefined ? [] : [{ at: stage.nameSpan, message: `the stage ${stage.name}` }],
        ),
      };
      const stages = names.length === 0 ? "it names none" : `it has ${listed(names)}`;
      yield meant === undefined
        ? { ...report, fix: `Name a stage of the Dockerfile (${stages}), or add this one there.` }
        : { ...report, fix: `Write ${meant}: ${stages}.` };
    }
  },
};

function* targets(
  facts: ProjectFacts,
): Generator<{ readonly target: Tracked<string>; readonly link: BuildLink }> {
  for (const { service } of eachService(facts)) {
    const build = service.build;
    if (build?.target === undefined || isDynamic(at(service.node, "build"))) continue;
    yield { target: build.target, link: build.link };
  }
  for (const file of facts.bakeFiles) {
    for (const { target, link } of file.targets) if (target !== undefined) yield { target, link };
  }
}
