import { formatBytes, formatDuration } from "../../base/units.ts";
import { joinPath, relativePath } from "../../blueprint/files.ts";
import type {
  Blueprint,
  EnvValue,
  ImageBlueprint,
  ServiceBlueprint,
  ServiceMount,
} from "../../blueprint/model.ts";

/** Plain data in the form that YAML is written from. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

/** A `$` that means itself, for Compose. */
export const literal = (text: string): string => text.replaceAll("$", "$$$$");

/** Reference of a built image, with the variables that Bake has too. */
export function composeImage(blueprint: Blueprint, image: ImageBlueprint): string {
  const { prefix, defaultTag } = blueprint.registry;
  const registry = prefix === "" ? "${REGISTRY:+${REGISTRY:-}/}" : `\${REGISTRY:-${prefix}}/`;
  return `${registry}${image.repository}:\${TAG:-${defaultTag}}`;
}

/** One service of a Compose file, in the order that people read it: what it is, what it may, what it needs, how it lives. */
export function composeService(
  service: ServiceBlueprint,
  blueprint: Blueprint,
): Record<string, Plain | undefined> {
  const image = service.image.kind === "built" ? blueprint.images[service.image.image] : undefined;
  return {
    image:
      image === undefined
        ? service.image.kind === "reference"
          ? service.image.reference
          : undefined
        : composeImage(blueprint, image),
    build:
      image === undefined || blueprint.environment === "production" ? undefined : buildOf(image, blueprint),
    profiles: service.role === "test" ? [service.name] : undefined,
    entrypoint: service.entrypoint?.map(literal),
    command: service.command?.map(literal),
    user: service.security.user,
    init: service.security.init ? true : undefined,
    read_only: service.security.readOnlyRoot ? true : undefined,
    cap_drop: service.security.dropCapabilities.length === 0 ? undefined : service.security.dropCapabilities,
    cap_add: service.security.addCapabilities.length === 0 ? undefined : service.security.addCapabilities,
    security_opt: service.security.noNewPrivileges ? ["no-new-privileges:true"] : undefined,
    environment: environmentOf(service),
    secrets: service.secrets.some((use) => use.exposed === undefined)
      ? [
          ...new Set(service.secrets.filter((use) => use.exposed === undefined).map((use) => use.secret)),
        ].sort()
      : undefined,
    ports: service.published.length === 0 ? undefined : service.published.map(publishedPort),
    networks: service.networks.length === 0 ? undefined : service.networks.map((use) => use.network),
    network_mode: service.networks.length === 0 ? "none" : undefined,
    depends_on: dependsOn(service, blueprint),
    volumes: orNothing(service.mounts.flatMap((mount) => volumeLine(mount, blueprint))),
    tmpfs: orNothing(service.mounts.flatMap(tmpfsLine)),
    shm_size: service.shmBytes === undefined ? undefined : formatBytes(service.shmBytes),
    ulimits: Object.keys(service.ulimits).length === 0 ? undefined : service.ulimits,
    healthcheck: healthcheck(service),
    deploy: deployOf(service),
    cpuset: service.resources.cpuSet,
    stop_signal: service.stop.signal,
    stop_grace_period: formatDuration(service.stop.graceMs),
    restart: service.restart === "no" ? undefined : service.restart,
    labels: Object.keys(service.labels).length === 0 ? undefined : mapValues(service.labels, literal),
    develop:
      service.develop === undefined
        ? undefined
        : { watch: service.develop.watch.map((rule) => watchRule(rule, blueprint)) },
  };
}

function buildOf(image: ImageBlueprint, blueprint: Blueprint): Plain {
  const { plan } = image;
  const contexts = Object.entries(plan.contexts).flatMap(([name, source]) =>
    source.kind === "folder"
      ? [[name, relativePath(blueprint.output, source.path)] as const]
      : source.kind === "reference"
        ? [[name, `docker-image://${source.reference}`] as const]
        : [
            [
              name,
              `docker-image://${composeImage(blueprint, blueprint.images[source.image] as ImageBlueprint)}`,
            ] as const,
          ],
  );
  return {
    context: relativePath(blueprint.output, plan.context),
    dockerfile: relativePath(plan.context, image.dockerfile),
    target: image.target,
    args: Object.keys(plan.args).length === 0 ? undefined : mapValues(plan.args, literal),
    additional_contexts: contexts.length === 0 ? undefined : Object.fromEntries(contexts),
    secrets: plan.secrets.length === 0 ? undefined : plan.secrets.map((secret) => secret.id),
  };
}

function environmentOf(service: ServiceBlueprint): Plain | undefined {
  const values: Record<string, Plain> = {};
  for (const [name, value] of Object.entries(service.environment)) values[name] = envText(value);
  for (const secret of service.secrets) {
    if (secret.exposed !== undefined) {
      values[secret.exposed.variable] = secret.exposed.template.replaceAll(
        /\$\{(\w+)\}/g,
        "${$1:?is a secret, and not set}",
      );
    } else if (secret.variable !== undefined) values[secret.variable] = secret.target;
  }
  const names = Object.keys(values).sort();
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name) => [name, values[name] as Plain]));
}

const envText = (value: EnvValue): string => (value.template === true ? value.value : literal(value.value));

function publishedPort(port: ServiceBlueprint["published"][number]): string {
  const host = port.host === "0.0.0.0" ? "" : `${port.host.includes(":") ? `[${port.host}]` : port.host}:`;
  return `${host}\${${port.variable}:-${port.port}}:${port.target}`;
}

const conditions = {
  healthy: "service_healthy",
  started: "service_started",
  completed: "service_completed_successfully",
} as const;

function dependsOn(service: ServiceBlueprint, blueprint: Blueprint): Plain | undefined {
  const entries = service.after.flatMap((condition) => {
    const other = blueprint.services[condition.service];
    if (other === undefined) return [];
    // Without a check nobody would ever call it healthy.
    const word =
      condition.condition === "healthy" && other.health.test === undefined ? "started" : condition.condition;
    return [[condition.service, { condition: conditions[word] }] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function volumeLine(mount: ServiceMount, blueprint: Blueprint): readonly string[] {
  switch (mount.kind) {
    case "volume":
      return [`${mount.volume}:${mount.target}${mount.readOnly ? ":ro" : ""}`];
    case "bind": {
      // A place of the machine, not of the project: the variable says where.
      if (mount.source.startsWith("${"))
        return [`${mount.source}:${mount.target}${mount.readOnly ? ":ro" : ""}`];
      const path = relativePath(blueprint.output, joinPath(mount.source));
      return [`${path.startsWith(".") ? path : `./${path}`}:${mount.target}${mount.readOnly ? ":ro" : ""}`];
    }
    case "tmpfs":
      return [];
    default:
      return mount satisfies never;
  }
}

function tmpfsLine(mount: ServiceMount): readonly string[] {
  if (mount.kind !== "tmpfs") return [];
  const options = [
    ...(mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`]),
    ...(mount.mode === undefined ? [] : [`mode=${mount.mode.toString(8).padStart(4, "0")}`]),
    ...(mount.uid === undefined ? [] : [`uid=${mount.uid}`]),
    ...(mount.gid === undefined ? [] : [`gid=${mount.gid}`]),
  ];
  return [`${mount.target}${options.length === 0 ? "" : `:${options.join(",")}`}`];
}

function healthcheck({ health }: ServiceBlueprint): Plain | undefined {
  if (health.test === undefined) return undefined;
  return {
    test: health.test.map(literal),
    // While it starts it is asked often, afterwards calmly; the engine ignores start_interval without start_period.
    start_period: formatDuration(health.startPeriodMs),
    start_interval: formatDuration(health.startIntervalMs),
    interval: formatDuration(health.intervalMs),
    timeout: formatDuration(health.timeoutMs),
    retries: health.retries,
  };
}

function deployOf({ replicas, resources }: ServiceBlueprint): Plain | undefined {
  const limits = {
    cpus: resources.cpus === undefined ? undefined : String(resources.cpus),
    memory: resources.memory === undefined ? undefined : formatBytes(resources.memory),
    pids: resources.pids,
  };
  const reservations = {
    cpus: resources.reservedCpus === undefined ? undefined : String(resources.reservedCpus),
    memory: resources.reservedMemory === undefined ? undefined : formatBytes(resources.reservedMemory),
  };
  const has = (part: Readonly<Record<string, unknown>>): boolean =>
    Object.values(part).some((value) => value !== undefined);
  if (replicas === 1 && !has(limits) && !has(reservations)) return undefined;
  return {
    replicas: replicas === 1 ? undefined : replicas,
    resources:
      has(limits) || has(reservations)
        ? {
            limits: has(limits) ? limits : undefined,
            reservations: has(reservations) ? reservations : undefined,
          }
        : undefined,
  };
}

function watchRule(
  rule: NonNullable<ServiceBlueprint["develop"]>["watch"][number],
  blueprint: Blueprint,
): Plain {
  return {
    action: rule.action,
    path: relativePath(blueprint.output, rule.path),
    target: rule.target,
    ignore: rule.ignore === undefined || rule.ignore.length === 0 ? undefined : rule.ignore,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

const orNothing = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
