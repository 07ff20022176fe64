import { parts } from "../backing/index.ts";
import type { PartInput, PartSecret } from "../backing/types.ts";
import { byPlace, compareText, type Problem } from "../base/errors.ts";
import { isPlain } from "../base/shape.ts";
import type { FileTree } from "../blueprint/files.ts";
import { deepFreeze } from "../blueprint/helpers.ts";
import type {
  Blueprint,
  ImageBlueprint,
  Overrides,
  SecretBlueprint,
  ServiceBlueprint,
  VolumeBlueprint,
} from "../blueprint/model.ts";
import type { BuildPlan, EnvironmentName, Recipe } from "../blueprint/plan.ts";
import { recipes } from "../recipes/index.ts";
import { addressesOf, useOptions } from "./addresses.ts";
import { volumeFolders, withFolders } from "./folders.ts";
import { withInherited } from "./inherit.ts";
import { networksOf, withSubnets } from "./networks.ts";
import { outputFolder } from "./output.ts";
import { publish } from "./ports.ts";
import {
  applicationDrafts,
  companionDraft,
  type Draft,
  type KnownImage,
  partDraft,
  type ServiceContext,
} from "./services.ts";
import { testsDraft } from "./tests.ts";
import type { ApplicationService, StackInput } from "./types.ts";
import { isPart, validate } from "./validate.ts";
import { variables } from "./variables.ts";

/** A blueprint, or all that stands in its way. */
export type Resolved =
  | { readonly blueprint: Blueprint; readonly problems: readonly Problem[] }
  | { readonly blueprint?: undefined; readonly problems: readonly Problem[] };

/** The stack in one environment, every default explicit. Pure: the same input and files give the same blueprint. */
export function resolve(
  written: unknown,
  environment: EnvironmentName,
  files: FileTree,
  source = "stack.ts",
): Resolved {
  const problems: Problem[] = [...validate(written)];
  if (problems.length > 0) return { problems };
  const input = changed(written as StackInput<string>, environment);

  const images: Record<string, ImageBlueprint> = {};
  const planRecipe = (
    recipe: Recipe,
    image: string,
    path: string,
  ): { plan?: BuildPlan; problems: readonly Problem[] } => {
    const result = recipes[recipe.recipe]?.plan({ options: recipe.options as never, files, image, path });
    if (result === undefined) return { problems: [] };
    return "plan" in result ? { plan: result.plan, problems: result.problems ?? [] } : result;
  };
  const addImage = (name: string, plan: BuildPlan, groups: readonly string[] = []): void => {
    images[name] = imageBlueprint(input, name, plan, environment, groups);
  };

  const folders = volumeFolders(written as StackInput<string>);
  const plans = new Map<string, BuildPlan>();
  for (const [name, service] of Object.entries(input.services)) {
    if (isPart(service) || (service as ApplicationService).build === undefined) continue;
    const recipe = (service as ApplicationService).build as Recipe;
    const planned = planRecipe(recipe, name, `services.${name}.build`);
    problems.push(...planned.problems);
    if (planned.plan === undefined) continue;
    plans.set(name, withFolders(planned.plan, folders.get(name) ?? []));
  }
  const known = new Map<string, KnownImage>();
  for (const [name, plan] of withInherited(plans)) {
    const { recipe } = (input.services[name] as ApplicationService).build as Recipe;
    known.set(name, { name, recipe, plan });
    addImage(name, plan);
  }

  const addresses = addressesOf(input);
  const context: ServiceContext = {
    environment,
    addresses,
    image: (service) =>
      known.get(service) ??
      known.get(String((input.services[service] as ApplicationService | undefined)?.image)),
    sharedJob: (service) => sharedJob(input, service),
  };
  const drafts: Draft[] = [];
  const made: Record<string, string> = {};
  const volumes: Record<string, VolumeBlueprint> = {};
  const ownedSecrets: PartSecret[] = [];
  const composeOverrides: Record<string, unknown> = {};
  for (const [name, service] of Object.entries(input.services)) {
    if (isPlain(service["compose" as never]))
      composeOverrides[name] = (service as ApplicationService).compose;
    if (!isPart(service)) {
      const result = applicationDrafts(name, service as ApplicationService, context);
      drafts.push(...result.drafts);
      problems.push(...result.problems);
      collectVolumes(name, service as ApplicationService, volumes);
      continue;
    }
    const definition = parts[service.backing];
    if (definition === undefined) continue;
    const part = definition.describe({
      name,
      stack: input.name,
      environment,
      options: service.options as never,
      files,
      output: outputFolder,
      path: `services.${name}`,
      service: (other) => partner(input, other),
      planRecipe,
    });
    if (service.options["compose"] !== undefined) composeOverrides[name] = service.options["compose"];
    problems.push(...(part.problems ?? []));
    if (typeof part.image !== "string") addImage(part.image.name, part.image.plan);
    for (const volume of part.volumes) volumes[volume.name] = { ...volume, owner: name };
    ownedSecrets.push(...part.secrets);
    Object.assign(made, part.files);
    drafts.push(partDraft(name, part, environment, service.options as never));
    for (const companion of part.companions ?? []) {
      addImage(companion.image.name, companion.image.plan);
      drafts.push(companionDraft(companion, context));
    }
  }
  const tests = environment === "test" ? testsDraft(input, context, drafts) : undefined;
  if (tests !== undefined) {
    drafts.push(tests.draft);
    images[tests.image.name] = {
      ...imageBlueprint(input, tests.image.of, withoutBudget(tests.image.plan), environment, []),
      ...tests.image.changes,
    };
  }
  problems.push(...nameClashes(drafts));
  if (problems.length > 0) return { problems: problems.sort(byPlace) };

  const published = publish(drafts, environment);
  const networks = networksOf(
    published.map((draft) => ({
      name: draft.name,
      uses: draft.uses,
      listens: draft.listens.length > 0,
      outside: draft.internet || draft.published.length > 0,
    })),
  );
  // Test runs go side by side, and two networks of one machine cannot share an address: the engine chooses theirs.
  const addressed =
    input.network === undefined || environment === "test"
      ? { networks, problems: [] }
      : withSubnets(networks, input.network.subnet, environment === "dev" ? "upper" : "lower");
  if (addressed.problems.length > 0) return { problems: addressed.problems };
  const services = Object.fromEntries(
    published
      .sort((a, b) => compareText(a.name, b.name))
      .map(({ wantsPublish: _wants, internet: _internet, ...draft }): readonly [string, ServiceBlueprint] => [
        draft.name,
        {
          ...draft,
          environment: sorted(draft.environment),
          networks: addressed.networks
            .filter((network) => network.members.includes(draft.name))
            .map((network) => ({ network: network.name, aliases: [] })),
        },
      ]),
  );
  const blueprint: Blueprint = {
    format: 1,
    name: input.name,
    environment,
    project: `${input.name}-${environment}`,
    source,
    output: outputFolder,
    registry: {
      prefix: input.registry ?? "",
      defaultTag: environment === "production" ? "latest" : environment,
    },
    images: inOrder(images),
    services,
    networks: Object.fromEntries(addressed.networks.map((network) => [network.name, network])),
    volumes: sorted(volumes),
    secrets: secretsOf(Object.values(services), ownedSecrets, environment),
    files: sorted(made),
    variables: [],
    test: tests === undefined ? undefined : { service: tests.draft.name, command: tests.draft.command ?? [] },
    overrides: overridesOf(input, environment, composeOverrides),
    build: {
      platforms: input.build?.platforms ?? [],
      sbom: input.build?.sbom ?? false,
      provenance: input.build?.provenance ?? false,
      registryCache: input.build?.registryCache ?? input.registry !== undefined,
      sourceUrl: input.build?.source ?? "",
    },
  };
  return { blueprint: deepFreeze({ ...blueprint, variables: variables(blueprint) }), problems: [] };
}

/** The stack with the environment's changes, and without the services that do not exist in it. */
function changed(input: StackInput<string>, environment: EnvironmentName): StackInput<string> {
  const services: Record<string, unknown> = {};
  for (const [name, service] of Object.entries(input.services)) {
    const change = (input.environments?.[environment]?.[name] ?? {}) as Record<string, unknown>;
    const merged = isPart(service)
      ? { ...service, options: { ...service.options, ...change } }
      : {
          ...service,
          ...change,
          ...(change["env"] === undefined
            ? {}
            : { env: { ...(service as ApplicationService).env, ...(change["env"] as object) } }),
        };
    const only = (isPart(merged) ? merged.options["only"] : (merged as ApplicationService).only) as
      | readonly string[]
      | undefined;
    if (only === undefined || only.includes(environment)) services[name] = merged;
  }
  // What is not there cannot be used: a tool of development may be named by no other service's routes or uses.
  return { ...input, services: services as StackInput<string>["services"] };
}

/**
 * The last job of the service whose image this one shares: the same code expects the same schema. None when that service
 * needs this one itself, because its job would then wait for what waits for it.
 */
function sharedJob(input: StackInput<string>, name: string): string | undefined {
  const service = input.services[name] as ApplicationService | undefined;
  const owner =
    service?.image === undefined
      ? undefined
      : (input.services[service.image] as ApplicationService | undefined);
  const job = Object.keys(owner?.before ?? {}).at(-1);
  return job === undefined || needs(input, service?.image ?? "", name)
    ? undefined
    : `${service?.image}-${job}`;
}

/** Whether a service uses another one, itself or through others. */
function needs(input: StackInput<string>, from: string, to: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const service = input.services[from];
  if (service === undefined || isPart(service)) return false;
  const uses = ((service as ApplicationService).uses ?? []).map((use) => useOptions(use).service);
  return uses.includes(to) || uses.some((use) => needs(input, use, to, seen));
}

function partner(input: StackInput<string>, name: string): ReturnType<PartInput<never>["service"]> {
  const service = input.services[name];
  if (service === undefined) return undefined;
  if (!isPart(service))
    return { port: (service as ApplicationService).port, graceMs: 30_000, address: undefined };
  const address = parts[service.backing]?.address(name, service.options as never, input.name);
  return { port: address?.port, graceMs: 30_000, address };
}

function imageBlueprint(
  input: StackInput<string>,
  name: string,
  plan: BuildPlan,
  environment: EnvironmentName,
  groups: readonly string[],
): ImageBlueprint {
  const target = plan.targets[environment];
  return {
    name,
    repository: `${input.name}-${name}`,
    dockerfile: plan.dockerfile?.path ?? `${outputFolder}/${name}.Dockerfile`,
    target: target === "" ? undefined : target,
    plan: target === plan.targets.production ? plan : withoutBudget(plan),
    needs: Object.values(plan.contexts).flatMap((source) => (source.kind === "image" ? [source.image] : [])),
    groups,
  };
}

/** A budget is production's: tools and packages of development come on top of it. */
function withoutBudget(plan: BuildPlan): BuildPlan {
  const { budget: _budget, ...image } = plan.image;
  return { ...plan, image };
}

/** Images with those they are built on before them. */
function inOrder(images: Readonly<Record<string, ImageBlueprint>>): Readonly<Record<string, ImageBlueprint>> {
  const ordered: Record<string, ImageBlueprint> = {};
  const add = (name: string): void => {
    const image = images[name];
    if (image === undefined || ordered[name] !== undefined) return;
    for (const need of image.needs) if (need !== name) add(need);
    ordered[name] = image;
  };
  for (const name of Object.keys(images).sort(compareText)) add(name);
  return ordered;
}

function collectVolumes(
  owner: string,
  service: ApplicationService,
  volumes: Record<string, VolumeBlueprint>,
): void {
  for (const input of Object.values(service.volumes ?? {})) {
    const name = typeof input === "string" ? input : "volume" in input ? input.volume : undefined;
    if (name === undefined) continue;
    const backup = typeof input === "object" && "volume" in input ? (input.backup ?? false) : false;
    volumes[name] = {
      name,
      backup: backup || (volumes[name]?.backup ?? false),
      owner: volumes[name]?.owner ?? owner,
    };
  }
}

function secretsOf(
  services: readonly ServiceBlueprint[],
  owned: readonly PartSecret[],
  environment: EnvironmentName,
): Readonly<Record<string, SecretBlueprint>> {
  const found: Record<string, SecretBlueprint> = {};
  for (const service of services) {
    for (const { secret } of service.secrets) {
      const owner = owned.find((part) => part.secret === secret);
      found[secret] = {
        name: secret,
        generate: environment !== "production" && (owner?.generate ?? true),
        bytes: 32,
        purpose: owner?.purpose ?? `used by ${service.name}`,
        usedBy: [...new Set([...(found[secret]?.usedBy ?? []), service.name])],
      };
    }
  }
  return sorted(found);
}

function overridesOf(
  input: StackInput<string>,
  environment: EnvironmentName,
  services: Readonly<Record<string, unknown>>,
): Overrides {
  const layers = [
    input.overrides?.compose?.all,
    input.overrides?.compose?.[environment],
    Object.keys(services).length === 0 ? undefined : { services },
  ];
  return {
    compose: layers.filter((layer) => layer !== undefined),
    bake: input.overrides?.bake ?? [],
    dockerfile: (input.overrides?.dockerfile ?? {}) as Readonly<Record<string, readonly string[]>>,
  };
}

/** Names that Gantry makes (jobs, companions, tests) may meet names of the user's. */
function nameClashes(drafts: readonly Draft[]): readonly Problem[] {
  const seen = new Set<string>();
  return drafts.flatMap((draft): readonly Problem[] => {
    if (seen.has(draft.name)) {
      return [
        {
          code: "GTY1015",
          path: `services.${draft.name}`,
          what: `two services would be called ${draft.name}`,
          why: "Jobs, tests and development servers are named after the service they belong to.",
          fix: `Rename the service ${draft.name}.`,
        },
      ];
    }
    seen.add(draft.name);
    return [];
  });
}

function sorted<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => compareText(a, b)));
}
