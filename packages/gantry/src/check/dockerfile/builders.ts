import type { BuildLink } from "../../read/build-link.ts";
import type { EnvironmentEntry } from "../../read/compose/model.ts";
import type { Dockerfile, Stage } from "../../read/dockerfile/model.ts";
import { finalStage, lineage } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { once } from "../../read/once.ts";
import { saysOneOf } from "../../read/paths.ts";
import type { Span } from "../../read/source.ts";
import { at } from "../../read/yaml/questions.ts";

/** A Compose service or Bake target that builds a Dockerfile. */
export interface Builder {
  /** `service "api"`, `target "web"`: as a sentence uses it. */
  readonly owner: string;
  readonly at: Span;
  /** Whether the image has a name of its own, under which it may be there already: Compose then builds it only when told to. */
  readonly isNamed: boolean;
  readonly link: BuildLink;
  readonly args: readonly EnvironmentEntry[];
  /** Names that `--from` may use beside the stages. */
  readonly contexts: readonly string[];
}

/** All that builds this Dockerfile in the project's Compose and Bake files. */
export function buildersOf(facts: ProjectFacts, dockerfile: Dockerfile): readonly Builder[] {
  return buildersByPath(facts).get(dockerfile.path) ?? [];
}

const buildersByPath = once((facts: ProjectFacts): ReadonlyMap<string, readonly Builder[]> => {
  const builders = new Map<string, Builder[]>();
  const add = (builder: Builder): void => {
    const path = builder.link.dockerfile?.path;
    if (path === undefined) return;
    const list = builders.get(path);
    if (list === undefined) builders.set(path, [builder]);
    else list.push(builder);
  };
  for (const project of facts.composeProjects) {
    for (const { name, build, node } of project.services) {
      if (build === undefined) continue;
      const contexts = build.additionalContexts.map((context) => context.name);
      add({
        owner: `service "${name}"`,
        at: build.span,
        isNamed: at(node, "image") !== undefined,
        link: build.link,
        args: build.args,
        contexts,
      });
    }
  }
  for (const file of facts.bakeFiles) {
    for (const target of file.targets) {
      const contexts = target.contexts.map((context) => context.name);
      add({
        owner: `target "${target.name}"`,
        at: target.span,
        isNamed: false,
        link: target.link,
        args: target.args,
        contexts,
      });
    }
  }
  return builders;
});

/** The stages that become images: the last one, and those that a service or a Bake target asks for. */
export function deliveredStages(facts: ProjectFacts, dockerfile: Dockerfile): readonly Stage[] {
  const stages = new Set<Stage>();
  for (const { link } of buildersOf(facts, dockerfile)) if (link.stage !== undefined) stages.add(link.stage);
  const last = finalStage(dockerfile);
  if (last !== undefined) stages.add(last);
  return [...stages].sort((a, b) => a.index - b.index);
}

/** The stages whose layers are in images for other purposes than development and tests. */
export function shippedStages(facts: ProjectFacts, dockerfile: Dockerfile): readonly Stage[] {
  const stages = new Set<Stage>();
  for (const delivered of deliveredStages(facts, dockerfile)) {
    if (isForDevelopment(dockerfile, delivered)) continue;
    for (const stage of lineage(delivered)) stages.add(stage);
  }
  return [...stages].sort((a, b) => a.index - b.index);
}

const developmentWords = new Set([
  ...["dev", "devel", "development", "devcontainer", "debug"],
  ...["test", "tests", "testing", "lint", "ci", "e2e"],
]);

/** Whether a stage is only for work on the code: what its name or its file's name says. */
export function isForDevelopment(dockerfile: Dockerfile, stage: Stage): boolean {
  return saysOneOf(stage.name ?? "", developmentWords) || saysOneOf(dockerfile.path, developmentWords);
}
