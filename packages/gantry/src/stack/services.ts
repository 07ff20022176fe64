import type { Address, Companion, Part } from "../backing/types.ts";
import type { Problem } from "../base/errors.ts";
import { variableName } from "../base/names.ts";
import { parseBytes } from "../base/units.ts";
import { normalise } from "../blueprint/files.ts";
import type {
  EnvValue,
  PublishedPort,
  SecretUse,
  ServiceBlueprint,
  ServiceMount,
  StartCondition,
} from "../blueprint/model.ts";
import type { BuildPlan, DevelopPlan, EnvironmentName, ImageTraits, WatchRule } from "../blueprint/plan.ts";
import { given, useOptions } from "./addresses.ts";
import { graceOf, resourcesOf, securityOf } from "./defaults.ts";
import { healthOf, probeTimes } from "./health.ts";
import type { ApplicationService, Publish, VolumeInput } from "./types.ts";

/** What is known of an image when services are made of it. */
export interface KnownImage {
  readonly name: string;
  readonly recipe: string;
  readonly plan: BuildPlan;
}

/** What making services needs to know. */
export interface ServiceContext {
  readonly environment: EnvironmentName;
  readonly addresses: Readonly<Record<string, Address>>;
  /** Image of a service that is built here, or that shares one. */
  image(service: string): KnownImage | undefined;
  /** Last job of the service that this one shares its image with: the same code expects the same schema. */
  sharedJob(service: string): string | undefined;
}

/** A service before networks and ports of the host are known. */
export type Draft = Omit<ServiceBlueprint, "networks" | "published" | "after"> & {
  readonly after: readonly StartCondition[];
  readonly wantsPublish: Publish | undefined;
  readonly published: readonly PublishedPort[];
  readonly internet: boolean;
};

/** A user's own service and its one-off jobs. */
export function applicationDrafts(
  name: string,
  service: ApplicationService,
  context: ServiceContext,
): { drafts: readonly Draft[]; problems: readonly Problem[] } {
  const { environment } = context;
  const image = context.image(name);
  const path = `services.${name}`;
  const { health, problems } = healthOf(service.health, service.port, image?.plan.image, path);
  const uses = (service.uses ?? []).map(useOptions);
  const fromUses = given(service.uses ?? [], context.addresses);
  const secrets = [...fromUses.secrets, ...ownSecrets(service)];
  const resources = resourcesOf(service, environment);
  const environmentValues: Record<string, EnvValue> = {
    ...parallelismOf(image?.plan.image, service.command, resources.cpus),
    ...(image === undefined
      ? {}
      : {
          VERSION: {
            value: `\${TAG:-${environment === "production" ? "latest" : environment}}`,
            template: true as const,
            comment: "What runs, for health answers and logs",
          },
        }),
    ...(service.port === undefined ? {} : { PORT: { value: String(service.port) } }),
    ...fromUses.environment,
    ...Object.fromEntries(
      Object.entries(service.env ?? {}).map(([key, value]) => [key, { value: String(value) }]),
    ),
  };
  const develop = image?.plan.develop;
  const inDev = environment === "dev";
  const dev = inDev ? (service.dev?.command ?? devCommand(service.command, develop)) : undefined;
  const security = securityOf(service, image?.plan.image, environment);
  const mounts = mountsOf(service, image, security.readOnlyRoot, security.user);
  const base: Draft = {
    name,
    role: "application",
    kind: image?.recipe ?? "image",
    image:
      image === undefined
        ? { kind: "reference", reference: service.image ?? "" }
        : { kind: "built", image: image.name },
    command: dev ?? service.command,
    entrypoint: service.entrypoint,
    environment: environmentValues,
    secrets,
    port: service.port,
    listens:
      service.port === undefined
        ? []
        : [
            {
              port: service.port,
              protocol: health.probe.kind === "http" ? "http" : "tcp",
              purpose: "requests",
            },
          ],
    uses: uses.map((use) => use.service),
    after: [
      ...uses.flatMap((use): readonly StartCondition[] =>
        use.wait === "none" ? [] : [{ service: use.service, condition: use.wait ?? "healthy" }],
      ),
      ...sharedJobs(context, name),
    ],
    mounts,
    health,
    replicas: environment === "dev" ? 1 : (service.replicas ?? 1),
    resources,
    stop: { signal: undefined, graceMs: graceOf(service.grace) },
    restart: environment === "test" ? "no" : "unless-stopped",
    security,
    shmBytes: parseBytes(service.shm ?? ""),
    ulimits: {},
    kernel: {},
    develop:
      environment === "dev" && develop !== undefined
        ? { watch: watchRules(develop.watch, dev === undefined) }
        : undefined,
    comment: undefined,
    surge: surgeOf(service),
    backing: undefined,
    labels: service.labels ?? {},
    wantsPublish: service.publish,
    published: [],
    internet: service.internet ?? false,
  };
  const drafts: Draft[] = [];
  let previous: readonly StartCondition[] = base.after;
  for (const [job, given] of Object.entries(service.before ?? {})) {
    const { command, dev: other } = "command" in given ? given : { command: given, dev: undefined };
    const own = inDev ? (other ?? fromSources(command, develop)) : command;
    drafts.push(jobDraft(`${name}-${job}`, own, base, previous, name));
    previous = [{ service: `${name}-${job}`, condition: "completed" }];
  }
  drafts.push({ ...base, after: previous === base.after ? base.after : [...base.after, ...previous] });
  return { drafts, problems };
}

function sharedJobs(context: ServiceContext, name: string): readonly StartCondition[] {
  const job = context.sharedJob(name);
  return job === undefined ? [] : [{ service: job, condition: "completed" }];
}

/** A command in development: reloading by itself where the recipe knows how. */
function devCommand(
  command: readonly string[] | undefined,
  develop: DevelopPlan | undefined,
): readonly string[] | undefined {
  if (command === undefined) return develop?.command;
  const changed = fromSources(command, develop);
  return changed === command || changed[0] !== "node" ? undefined : ["node", "--watch", ...changed.slice(1)];
}

/** The same command with sources in place of built files. */
function fromSources(command: readonly string[], develop: DevelopPlan | undefined): readonly string[] {
  const sources = develop?.sources ?? {};
  return command.some((word) => sources[word] !== undefined)
    ? command.map((word) => sources[word] ?? word)
    : command;
}

/** How much to do at once: from the limit, because programs count the processors of the host. */
function parallelismOf(
  image: ImageTraits | undefined,
  command: readonly string[] | undefined,
  cpus: number | undefined,
): Readonly<Record<string, EnvValue>> {
  const found: Record<string, EnvValue> = {};
  if (image === undefined || cpus === undefined) return found;
  const words = command ?? image.command;
  for (const { variable, word, perCpu, plus } of image.parallelism ?? []) {
    if (found[variable] !== undefined) continue;
    if (word !== undefined && !words.some((candidate) => candidate.includes(word))) continue;
    found[variable] = {
      value: String(Math.max(1, Math.ceil(cpus)) * perCpu + plus),
      comment: `For ${cpus} ${cpus === 1 ? "processor" : "processors"}; the program itself would count the host's`,
    };
  }
  return found;
}

function jobDraft(
  name: string,
  command: readonly string[],
  of: Draft,
  after: readonly StartCondition[],
  owner: string,
): Draft {
  return {
    ...of,
    name,
    role: "job",
    command,
    port: undefined,
    listens: [],
    after,
    health: {
      ...of.health,
      probe: { kind: "none", because: "it runs once and ends" },
      test: undefined,
      livenessPath: undefined,
    },
    replicas: 1,
    restart: "no",
    develop: undefined,
    comment: `Runs once before ${owner} starts.`,
    surge: { possible: false, because: "it runs once" },
    wantsPublish: false,
    environment: Object.fromEntries(Object.entries(of.environment).filter(([key]) => key !== "PORT")),
  };
}

/** Rules of a service whose command does not reload by itself: a sync is followed by a restart. */
function watchRules(rules: readonly WatchRule[], restarts: boolean): readonly WatchRule[] {
  return restarts
    ? rules.map((rule) => (rule.action === "sync" ? { ...rule, action: "sync+restart" as const } : rule))
    : rules;
}

function surgeOf(service: ApplicationService): ServiceBlueprint["surge"] {
  if (service.single === true) return { possible: false, because: "it may only ever run once" };
  if (typeof service.publish === "number" || typeof service.publish === "object")
    return { possible: false, because: "it owns a port of the host" };
  return { possible: true };
}

function ownSecrets(service: ApplicationService): readonly SecretUse[] {
  return (service.secrets ?? []).map((secret) => {
    const { name, variable, as } =
      typeof secret === "string" ? { name: secret, variable: undefined, as: undefined } : secret;
    const target = `/run/secrets/${name}`;
    if (as === "env")
      return {
        secret: name,
        target,
        variable: undefined,
        exposed: { variable: variable ?? name, template: `\${${name}}` },
      };
    return { secret: name, target, variable: variable ?? `${name}_FILE` };
  });
}

function mountsOf(
  service: ApplicationService,
  image: KnownImage | undefined,
  readOnlyRoot: boolean,
  user: string | undefined,
): readonly ServiceMount[] {
  const [uid, gid] = (user ?? "").split(":").map(Number);
  const owner = user === undefined ? { uid: undefined, gid: undefined } : { uid, gid: gid ?? uid };
  const scratch = readOnlyRoot
    ? [...new Set([...(image?.plan.image.scratch ?? ["/tmp"]), ...(service.writable ?? [])])]
    : [];
  return [
    ...Object.entries(service.volumes ?? {}).map(([target, volume]) => volumeMount(target, volume)),
    ...scratch.map(
      (target): ServiceMount =>
        target === "/tmp"
          ? { kind: "tmpfs", target, sizeBytes: undefined, mode: 0o1777, uid: undefined, gid: undefined }
          : { kind: "tmpfs", target, sizeBytes: undefined, mode: 0o750, ...owner },
    ),
  ];
}

function volumeMount(target: string, input: VolumeInput): ServiceMount {
  if (typeof input === "string") return { kind: "volume", volume: input, target, readOnly: false };
  if ("folder" in input)
    return { kind: "bind", source: normalise(input.folder), target, readOnly: input.readOnly ?? false };
  return { kind: "volume", volume: input.volume, target, readOnly: input.readOnly ?? false };
}

/** A backing part, with the defaults that all parts share. */
export function partDraft(
  name: string,
  part: Part,
  environment: EnvironmentName,
  options: { publish?: Publish; compose?: unknown } & Parameters<typeof resourcesOf>[0],
): Draft {
  const resources = resourcesOf(options, environment);
  return {
    name,
    role: part.role,
    kind: part.kind,
    image:
      typeof part.image === "string"
        ? { kind: "reference", reference: part.image }
        : { kind: "built", image: part.image.name },
    command: part.command,
    entrypoint: undefined,
    environment: part.environment,
    secrets: part.secrets.map(({ secret, target, variable }) => ({ secret, target, variable })),
    port: part.listens[0]?.port,
    listens: part.listens,
    uses: part.uses,
    after: part.uses.map((service) => ({ service, condition: "healthy" })),
    mounts: part.mounts,
    health: {
      probe: part.health.probe,
      test: part.health.test,
      intervalMs: probeTimes.intervalMs,
      timeoutMs: probeTimes.timeoutMs,
      retries: probeTimes.retries,
      startPeriodMs: part.health.startPeriodMs,
      startIntervalMs: probeTimes.startIntervalMs,
      livenessPath: part.health.livenessPath,
    },
    replicas: 1,
    // Servers have many threads and processes by nature; the default limit is for services of the user's own.
    resources: { ...resources, pids: environment === "production" ? 4096 : undefined, ...part.resources },
    stop: { signal: part.stopSignal, graceMs: part.graceMs },
    restart: environment === "test" ? "no" : "unless-stopped",
    security: {
      user: part.security.user,
      readOnlyRoot: part.security.readOnlyRoot,
      dropCapabilities: ["ALL"],
      addCapabilities: part.security.addCapabilities,
      noNewPrivileges: true,
      init: part.security.init ?? false,
    },
    shmBytes: part.shmBytes,
    ulimits: part.ulimits ?? {},
    kernel: part.kernel ?? {},
    develop: undefined,
    comment: part.comment,
    surge: part.surge,
    backing: part.backing,
    ...(part.gateway === undefined ? {} : { gateway: part.gateway }),
    labels: {},
    wantsPublish: options.publish,
    published: part.published ?? [],
    internet: false,
  };
}

/** A service that a part brings along in this environment. */
export function companionDraft(companion: Companion, context: ServiceContext): Draft {
  const { name, image, port, healthPath, command, memory, cpus } = companion;
  const production = context.environment === "production";
  const { drafts } = applicationDrafts(
    name,
    {
      ...(command === undefined ? {} : { command }),
      port,
      health: healthPath === undefined ? { tcp: port } : { http: healthPath },
      publish: false,
      ...(production && memory !== undefined ? { memory } : {}),
      ...(production && cpus !== undefined ? { cpus } : {}),
    },
    { ...context, image: () => ({ name: image.name, recipe: "site", plan: image.plan }) },
  );
  const draft = drafts[0] as Draft;
  return {
    ...draft,
    environment: {},
    comment: companion.comment,
    stop: { ...draft.stop, signal: companion.stopSignal },
    develop:
      command === undefined || image.plan.develop === undefined
        ? undefined
        : { watch: image.plan.develop.watch },
  };
}

/** Name of the variable that moves a published port. */
export function portVariable(service: string): string {
  return `${variableName(service)}_PORT`;
}
