import type { BackingService } from "../backing/types.ts";
import type { Bytes, Duration } from "../base/units.ts";
import type { EnvironmentName, Recipe } from "../blueprint/plan.ts";

/** The whole description of a team's containers. `Names` are the keys of `services`; the compiler infers them. */
export interface StackInput<Names extends string> {
  /** Name of the stack; images, networks and volumes carry it. Small letters, digits, hyphens. */
  readonly name: string;
  /** What runs: your own services, databases, gateways; the key is the host name that others reach it by. */
  readonly services: { readonly [Name in Names]: Service<NoInfer<Names>> };
  /** Registry and namespace that images are pushed to, such as `ghcr.io/acme`. Default: none, images stay local. */
  readonly registry?: string;
  /** How images are built; the same for all. */
  readonly build?: BuildOptions;
  /** Tests that `gantry test` runs in a throw-away copy of the stack. */
  readonly test?: TestOptions<NoInfer<Names>>;
  /** Differences of an environment from the rest: its services' settings, by name. */
  readonly environments?: {
    readonly [Environment in EnvironmentName]?: {
      readonly [Name in NoInfer<Names>]?: ServiceChanges<NoInfer<Names>>;
    };
  };
  /** Addresses of the stack's networks. Default: the engine chooses. */
  readonly network?: NetworkOptions;
  /** Escape hatches: plain data merged last into the rendered files. Objects merge, lists replace, `null` removes. */
  readonly overrides?: OverrideOptions<NoInfer<Names>>;
}

/** A service: built or bought by you, or a backing part such as `postgres()`. */
export type Service<Names extends string> = ApplicationService<Names> | BackingService<Names>;

/** Settings of every build. */
export interface BuildOptions {
  /** Platforms to build for, such as `linux/amd64`. Default: the builder's own. */
  readonly platforms?: readonly string[];
  /** Attach a software bill of materials when pushing. Default: false, because it adds entries that old clients trip over. */
  readonly sbom?: boolean;
  /** Attach how the image was built (`mode=max`) when pushing. Default: false. */
  readonly provenance?: boolean;
  /** Keep the build cache in the registry, one reference per image. Default: true when `registry` is set. */
  readonly registryCache?: boolean;
  /** Address of the source repository, for the images' labels. */
  readonly source?: string;
}

/** Networks of the stack. */
export interface NetworkOptions {
  /** Range that all networks are cut from, such as `172.28.0.0/16`. */
  readonly subnet: string;
}

/** How the stack's tests run. */
export interface TestOptions<Names extends string> {
  /** Service whose image holds the tests; they run in its `test` stage, as its user. */
  readonly service: Names;
  /** Test command, such as `["npm", "test"]`. Its exit code is the exit code of `gantry test`. */
  readonly command: readonly string[];
  /** Services that must be healthy first. Default: what the service itself uses. */
  readonly uses?: readonly Use<Names>[];
  /** Environment of the tests, added to the service's own. */
  readonly env?: Readonly<Record<string, string | number | boolean>>;
}

/** Plain data merged into rendered files. */
export interface OverrideOptions<Names extends string> {
  /** Merged into each `compose*.yaml`, by environment or for all. */
  readonly compose?: {
    readonly [Environment in EnvironmentName | "all"]?: Readonly<Record<string, unknown>>;
  };
  /** Lines added at the end of an image's last stage, by service. */
  readonly dockerfile?: { readonly [Name in Names]?: readonly string[] };
  /** Lines added to `docker-bake.hcl`, such as a target or group of your own. */
  readonly bake?: readonly string[];
}

/** A service of your own: a recipe builds it, or it has an image, or it shares another service's image. */
export interface ApplicationService<Names extends string = string> {
  /** How the image is built: `node({ context: "api" })`, `dockerfile({ context: "." })`. */
  readonly build?: Recipe;
  /** Another service whose image this one shares, or a reference such as `ghcr.io/acme/tool:1.4`. */
  readonly image?: Names | (string & {});
  /** Program and arguments. Default: the image's own. */
  readonly command?: readonly string[];
  /** Program that runs first, with the command as its arguments. Default: the image's own. */
  readonly entrypoint?: readonly string[];
  /** Port that it listens on, inside the container. Others reach it there; the host does not unless `publish` says so. */
  readonly port?: number;
  /** Whether the host publishes the port. Default: in dev on the loopback address, at the same number or the next free one; otherwise not. */
  readonly publish?: Publish;
  /** Services it talks to. Gives it their addresses, a start after them, and a network to them; it reaches nothing else. */
  readonly uses?: readonly Use<Names>[];
  /** Environment variables in clear. Never put a secret here. */
  readonly env?: Readonly<Record<string, string | number | boolean>>;
  /** Names of secrets; each is a file in `/run/secrets`, named by the variable `NAME_FILE`. */
  readonly secrets?: readonly SecretInput[];
  /** Named volumes and folders of the project, by the path in the container. */
  readonly volumes?: Readonly<Record<string, VolumeInput>>;
  /** How one knows that it is well. Default: TCP on `port`; a service without a port must say. */
  readonly health?: HealthInput;
  /** One-off jobs that must end well before it starts, such as migrations; in this order, in its image, once a start. */
  readonly before?: Readonly<
    Record<
      string,
      readonly string[] | { readonly command: readonly string[]; readonly dev?: readonly string[] }
    >
  >;
  /** How many run side by side. Default: 1. In dev always 1 unless an environment says otherwise. */
  readonly replicas?: number;
  /** Processors it may use, such as `0.5`. Default: no limit. */
  readonly cpus?: number;
  /** Memory it may use, such as `"512m"`; at the limit the engine ends it. Default: no limit. */
  readonly memory?: Bytes;
  /** What is set aside for it when machines are chosen. */
  readonly reserve?: { readonly cpus?: number; readonly memory?: Bytes };
  /** Processors it is pinned to, such as `"0-1"`. */
  readonly cpuSet?: string;
  /** Most processes and threads. Default: 512 in production, no limit otherwise. */
  readonly pids?: number;
  /** Time between SIGTERM and SIGKILL. Default: `"30s"`. */
  readonly grace?: Duration;
  /** May open connections to the outside. Default: false; a service that calls foreign APIs says true. */
  readonly internet?: boolean;
  /** Folders it writes to, beside its volumes; memory-backed, gone with the container. `/tmp` is always there. */
  readonly writable?: readonly string[];
  /** `uid:gid` to run as. Default: the image's own user. */
  readonly user?: string;
  /** Root file system is read-only. Default: true in production, and in test, so that tests meet what production has. */
  readonly readOnly?: boolean;
  /** Size of `/dev/shm`, such as `"256m"`; browsers and databases need it. */
  readonly shm?: Bytes;
  /** A tiny init as process 1. Default: true. */
  readonly init?: boolean;
  /** Linux capabilities it keeps, such as `NET_BIND_SERVICE`. Default: none in production. */
  readonly capabilities?: readonly string[];
  /** May only ever run once, even during a deploy: a scheduler, the owner of a file. Default: false. */
  readonly single?: boolean;
  /** Command in development, that reloads by itself. Default: what the recipe knows. */
  readonly dev?: { readonly command?: readonly string[] };
  /** Environments it exists in. Default: all. */
  readonly only?: readonly EnvironmentName[];
  /** Container labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Escape hatch: merged last into this service in each Compose file. */
  readonly compose?: Readonly<Record<string, unknown>>;
}

/** What `environments` may change of a service. `build` and backing parts' kinds stay what they are. */
export type ServiceChanges<Names extends string> = Omit<ApplicationService<Names>, "build" | "image">;

/** A service that is used: by name, or with the variables of your choice. */
export type Use<Names extends string> = Names | UseOptions<Names>;

/** A service that is used, and under which variables its address comes. */
export interface UseOptions<Names extends string> {
  readonly service: Names;
  /**
   * Variables: a text names the address (`DATABASE_URL`); an object names parts. `password` and `urlWithPassword` put the
   * secret into the environment, for software that reads no file: prefer the others.
   */
  readonly as?: string | { readonly [Part in AddressPart]?: string };
  /** Scheme of the whole address, for libraries that choose their driver by it: `postgresql+asyncpg`. */
  readonly scheme?: string;
  /** `healthy` waits until it is well, `started` only until it runs, `none` does not wait. Default: healthy. */
  readonly wait?: "healthy" | "started" | "none";
}

/** Parts of an address. */
export type AddressPart =
  | "url"
  | "host"
  | "port"
  | "user"
  | "database"
  | "passwordFile"
  | "password"
  | "urlWithPassword";

/** A port of the host: a number, `false` for none, or an address with it. */
export type Publish = number | boolean | { readonly port: number; readonly host?: string };

/** A secret by name, or with the variable that names its file. */
export type SecretInput =
  | string
  | { readonly name: string; readonly variable?: string; readonly as?: "file" | "env" };

/** A named volume, or a folder or file of the project. */
export type VolumeInput =
  | string
  | { readonly volume: string; readonly backup?: boolean; readonly readOnly?: boolean }
  | { readonly folder: string; readonly readOnly?: boolean };

/** How one knows that a service is well: a path (HTTP 2xx on `port`), or one kind of probe. */
export type HealthInput =
  | string
  | ({ readonly http: string; readonly port?: number; readonly live?: string } & HealthTiming)
  | ({ readonly tcp: number } & HealthTiming)
  | ({ readonly command: readonly string[] } & HealthTiming)
  | ({ readonly file: string; readonly maxAge?: Duration } & HealthTiming)
  | { readonly none: string };

/** Times of a probe. */
export interface HealthTiming {
  /** Between probes once it is well. Default: `"15s"`. */
  readonly interval?: Duration;
  /** For one probe. Default: `"3s"`. */
  readonly timeout?: Duration;
  /** Failures in a row that make it unhealthy. Default: 3. */
  readonly retries?: number;
  /** How long it may take to start: failures do not count so long. Default: `"60s"`. */
  readonly startPeriod?: Duration;
  /** Between probes while it starts. Default: `"200ms"`, or `"500ms"` where the probe starts an interpreter. */
  readonly startInterval?: Duration;
}

/** A stack as `defineStack` returns it: what the user wrote, not yet checked. */
export interface Stack {
  readonly kind: "gantry.stack";
  readonly input: StackInput<string>;
}
