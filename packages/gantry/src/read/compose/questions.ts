import type { CommandLine, Dockerfile, Healthcheck, Stage } from "../dockerfile/model.ts";
import type { ImageReference } from "../image-reference.ts";
import type { Span } from "../source.ts";
import type { ComposeProject, ComposeService, EnvironmentEntry } from "./model.ts";

/** What a service runs. */
export type ServiceImage =
  | { readonly kind: "built"; readonly dockerfile: Dockerfile; readonly stage: Stage }
  | { readonly kind: "pulled"; readonly reference: ImageReference }
  | { readonly kind: "unknown" };

/** The image of a service: built from a stage that is known, pulled, or not to be told from the files. */
export function imageOf(service: ComposeService): ServiceImage {
  const link = service.build?.link;
  if (link?.dockerfile !== undefined && link.built !== undefined)
    return { kind: "built", dockerfile: link.dockerfile, stage: link.built };
  if (service.build !== undefined || service.image === undefined || !service.image.value.known)
    return { kind: "unknown" };
  return { kind: "pulled", reference: service.image.value };
}

/**
 * As `imageOf`, and for a service that only names an image: the build of the service of the same project that makes
 * it (one image, many services).
 */
export function imageIn(project: ComposeProject, service: ComposeService): ServiceImage {
  const own = imageOf(service);
  if (own.kind !== "pulled") return own;
  const maker = project.services.find(
    (other) => other.build !== undefined && other.image?.value.text === own.reference.text,
  );
  return maker === undefined ? own : imageOf(maker);
}

/** The image at the bottom: of the service itself, or of its stage. */
export function rootImageOf(service: ComposeService): ImageReference | undefined {
  const image = imageOf(service);
  if (image.kind === "pulled") return image.reference;
  return image.kind === "built" ? image.stage.rootImage : undefined;
}

/** A setting in the end effect, with where it comes from. */
export interface Effective<T> {
  readonly value: T;
  readonly span: Span;
  readonly from: "compose" | "dockerfile";
}

/** The health check that the container gets; a disabled one counts. `undefined`: none that the files show. */
export function effectiveHealthcheck(
  service: ComposeService,
  image: ServiceImage = imageOf(service),
): Effective<Healthcheck> | undefined {
  const inherited = image.kind === "built" ? image.stage.config.healthcheck : undefined;
  const own = service.healthcheck;
  if (own !== undefined) {
    // Without a `test`, the file only changes the times of the probe that the image brings.
    const test = own.value.test ?? (own.value.disabled ? undefined : inherited?.value.test);
    return { value: { ...own.value, test }, span: own.span, from: "compose" };
  }
  return inherited === undefined
    ? undefined
    : { value: inherited.value, span: inherited.span, from: "dockerfile" };
}

/** The user that the container's process starts as; `undefined` when neither file says. */
export function effectiveUser(
  service: ComposeService,
  image: ServiceImage = imageOf(service),
): Effective<string> | undefined {
  if (service.user !== undefined) return { ...service.user, from: "compose" };
  const user = image.kind === "built" ? image.stage.config.user : undefined;
  return user === undefined ? undefined : { value: user.value, span: user.span, from: "dockerfile" };
}

/** Entry point and command as the container gets them. */
export interface EffectiveCommand {
  readonly entrypoint: CommandLine | undefined;
  readonly command: CommandLine | undefined;
  /** Both in one, as far as they are known. */
  readonly words: readonly string[];
  /** Where the part stands that decides what runs. */
  readonly span: Span;
  readonly from: "compose" | "dockerfile";
}

/** What the container runs; `undefined` when neither file says. */
export function effectiveCommand(
  service: ComposeService,
  image: ServiceImage = imageOf(service),
): EffectiveCommand | undefined {
  const config = image.kind === "built" ? image.stage.config : undefined;
  const entrypoint = service.entrypoint ?? config?.entrypoint;
  // An entry point in the Compose file drops the image's CMD.
  const command = service.command ?? (service.entrypoint === undefined ? config?.cmd : undefined);
  const decisive = service.command ?? service.entrypoint ?? command ?? entrypoint;
  if (decisive === undefined) return undefined;
  const own = service.command !== undefined || service.entrypoint !== undefined;
  return {
    entrypoint: entrypoint?.value,
    command: command?.value,
    words: [...(entrypoint?.value.words ?? []), ...(command?.value.words ?? [])],
    span: decisive.span,
    from: own ? "compose" : "dockerfile",
  };
}

/** Variables in the container: `ENV` of the image, then the service's own; `undefined` for values that are not known. */
export function effectiveEnvironment(
  service: ComposeService,
  image: ServiceImage = imageOf(service),
): ReadonlyMap<string, string | undefined> {
  const values = new Map<string, string | undefined>();
  if (image.kind === "built") {
    for (const [name, assignment] of image.stage.config.env) values.set(name, assignment.value);
  }
  for (const entry of service.environment) values.set(entry.name, entry.dynamic ? undefined : entry.value);
  return values;
}

/** Ports that the files say it listens on: `EXPOSE`, `expose`, and the container's side of `ports`. */
export function effectivePorts(
  service: ComposeService,
  image: ServiceImage = imageOf(service),
): readonly number[] {
  const found = new Set<number>();
  if (image.kind === "built")
    for (const { port } of image.stage.config.exposed) if (port !== undefined) found.add(port);
  for (const { value } of service.expose) if (/^\d+/.test(value)) found.add(Number.parseInt(value, 10));
  for (const { target } of service.ports) if (target !== undefined) found.add(target.first);
  return [...found];
}

/** The service of this name. */
export function serviceNamed(project: ComposeProject, name: string): ComposeService | undefined {
  return project.services.find((service) => service.name === name);
}

/** The service's own variable of this name. */
export function variableOf(service: ComposeService, name: string): EnvironmentEntry | undefined {
  return service.environment.find((entry) => entry.name === name);
}

/** Whether the engine starts the container again however it ended. */
export function isAlwaysRestarted({ restart }: ComposeService): boolean {
  return restart?.value === "always" || restart?.value === "unless-stopped";
}

/** Servers that the rules know, by words in image names. */
const serverNames: Readonly<Record<string, string>> = {
  postgres: "postgres",
  postgresql: "postgres",
  postgis: "postgres",
  pgvector: "postgres",
  timescaledb: "postgres",
  mysql: "mysql",
  mariadb: "mariadb",
  percona: "mysql",
  redis: "redis",
  valkey: "valkey",
  keydb: "redis",
  "redis-stack": "redis",
  "redis-stack-server": "redis",
  memcached: "memcached",
  mongo: "mongo",
  mongodb: "mongo",
  rabbitmq: "rabbitmq",
  nginx: "nginx",
  "nginx-unprivileged": "nginx",
  traefik: "traefik",
  caddy: "caddy",
  httpd: "httpd",
  haproxy: "haproxy",
  questdb: "questdb",
  clickhouse: "clickhouse",
  "clickhouse-server": "clickhouse",
  elasticsearch: "elasticsearch",
  opensearch: "opensearch",
  kafka: "kafka",
  zookeeper: "zookeeper",
  minio: "minio",
  influxdb: "influxdb",
  nats: "nats",
};

/** Which server an image holds: `postgres` for `postgis/postgis`; `undefined` for all that is not well known. */
export function serverKindOf(reference: ImageReference | undefined): string | undefined {
  return reference === undefined ? undefined : serverNames[reference.name];
}

/** Which server a service runs, also when its image is built on one. A service that runs another command is none. */
export function serverKind(service: ComposeService): string | undefined {
  const own = service.build === undefined ? service.image?.value : undefined;
  return serverKindOf(rootImageOf(service) ?? own);
}
