import type { ComposeProject, ComposeService } from "../../read/compose/model.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { once } from "../../read/once.ts";
import { fileNameOf, saysOneOf } from "../../read/paths.ts";
import { at, textAt } from "../../read/yaml/questions.ts";

/** Whether two services can run at the same time: no profile keeps them apart. */
export function runTogether(one: ComposeService, other: ComposeService): boolean {
  if (one.profiles.length === 0 || other.profiles.length === 0) return true;
  return one.profiles.some(
    (profile) =>
      !neverActive.has(profile.value) && other.profiles.some(({ value }) => value === profile.value),
  );
}

/** Profiles of services that are only there to be extended: who does inherits them beside those of its own. */
const neverActive = new Set(["none", "never", "disabled", "template", "donotstart", "do-not-start"]);

/**
 * Whether the files are only a part of a project: a service says neither image nor build, or the name says that it is
 * laid over another. Then what is missing may be elsewhere.
 */
export const isFragment: (project: ComposeProject) => boolean = once((project) => {
  const [only, ...others] = project.files;
  if (only !== undefined && others.length === 0 && saysOneOf(fileNameOf(only), overlayWords)) return true;
  return project.services.some(
    (service) =>
      service.image === undefined &&
      service.build === undefined &&
      at(service.node, "image") === undefined &&
      at(service.node, "build") === undefined &&
      at(service.node, "provider") === undefined,
  );
});

/** Names of top-level things that any project of the facts defines: a file that is given with another leans on its ones. */
export function definedAnywhere(
  facts: ProjectFacts,
  kind: "networks" | "volumes" | "secrets" | "configs",
): ReadonlySet<string> {
  const here = facts.composeProjects.flatMap((project) => project[kind].map(({ name }) => name));
  return facts.definedElsewhere[kind].union(new Set(here));
}

/** Whether something may be missing because it was not read: parts of a project, or a file with errors (or a template). */
export function isIncomplete(project: ComposeProject): boolean {
  return isFragment(project) || hasProblems(project);
}

/** Whether a part of its files could not be read, as with templates: what seems to be missing may be there. */
export const hasProblems: (project: ComposeProject) => boolean = once((project) => {
  return project.problems.length > 0 || project.sources.some(({ problems }) => problems.length > 0);
});

const overlayWords = new Set(["override", "overrides", "overlay"]);
const exampleWords = new Set(["example", "sample", "template", "dist"]);
const testWords = new Set([
  ...["test", "tests", "testing", "testdata", "fixture", "fixtures", "spec"],
  ...["ci", "e2e", "integration", "playwright", "cypress"],
]);
const developmentWords = new Set(["dev", "devel", "development", "local", "debug", "override"]);
const productionWords = new Set(["prod", "production"]);
const swarmWords = new Set(["stack", "swarm"]);

/** Whether its files are there to be copied and filled in. */
export function isExample(project: ComposeProject): boolean {
  return project.files.some((file) => saysOneOf(fileNameOf(file), exampleWords));
}

/** Whether it is made for tests: everything in it may be thrown away. */
export function isForTests(project: ComposeProject): boolean {
  return project.files.some((file) => saysOneOf(file, testWords));
}

/** Whether it is made for a developer's machine. */
export function isForDevelopment(project: ComposeProject): boolean {
  return project.files.some((file) => saysOneOf(file, developmentWords));
}

/** Whether it says that it is for production: by a file's name, or by a variable of a service. */
export const isForProduction: (project: ComposeProject) => boolean = once((project) => {
  if (isForDevelopment(project) || isForTests(project)) return false;
  if (project.files.some((file) => saysOneOf(file, productionWords))) return true;
  return project.services.some(({ environment }) =>
    environment.some(
      ({ name, value }) =>
        ["prod", "production"].includes(value?.toLowerCase() ?? "") &&
        /^(?:(?:APP_|NODE_|RAILS_|FLASK_|DJANGO_|GO_|RACK_)?ENV|ENVIRONMENT|APP_ENVIRONMENT|ASPNETCORE_ENVIRONMENT)$/.test(
          name,
        ),
    ),
  );
});

/** Whether the files are for `docker stack deploy` rather than for Compose. */
export const isForSwarm: (project: ComposeProject) => boolean = once((project) => {
  if (isNamedForSwarm(project)) return true;
  if (project.networks.some(({ driver }) => driver?.value === "overlay")) return true;
  return project.services.some(
    ({ node, ports }) =>
      at(node, "deploy", "placement") !== undefined ||
      at(node, "deploy", "mode") !== undefined ||
      at(node, "deploy", "endpoint_mode") !== undefined ||
      at(node, "deploy", "labels") !== undefined ||
      ports.some(({ mode }) => mode !== undefined),
  );
});

/** Whether a file's name says that it is a stack. */
export function isNamedForSwarm(project: ComposeProject): boolean {
  return project.files.some((file) => saysOneOf(file, swarmWords));
}

/** Names under which other containers of the project reach a service. */
export function namesOf(service: ComposeService): ReadonlySet<string> {
  return new Set([
    service.name,
    ...(service.containerName === undefined ? [] : [service.containerName.value]),
    ...(service.hostname === undefined ? [] : [service.hostname.value]),
    ...service.networks.flatMap(({ aliases }) => aliases),
  ]);
}

/** The networks a service is in; `default` when it names none; `undefined` for another network mode. */
export function networksOf(service: ComposeService): readonly string[] | undefined {
  if (service.networkMode !== undefined && service.networkMode.value !== "bridge") return undefined;
  return service.networks.length === 0 ? ["default"] : service.networks.map(({ name }) => name);
}

/** Whether two services can see each other, as far as the files tell: a network of both, by its real name. */
export function shareNetwork(project: ComposeProject, one: ComposeService, other: ComposeService): boolean {
  const mine = networksOf(one);
  const theirs = networksOf(other);
  if (mine === undefined || theirs === undefined) return true;
  const real = (name: string): string => textAt(project.node, "networks", name, "name") ?? name;
  return mine.some((name) => theirs.some((another) => real(another) === real(name)));
}
