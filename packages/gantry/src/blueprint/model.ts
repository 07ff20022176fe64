import type { GatewayFacts } from "./gateway.ts";
import type { BuildPlan, EnvironmentName } from "./plan.ts";

/**
 * A stack resolved for one environment: every default explicit, frozen, serialisable.
 * All that renders, checks or runs reads only this. Paths are relative to the stack's folder, with forward slashes;
 * sizes are bytes, times are milliseconds.
 */
export interface Blueprint {
  /** Version of this format; readers refuse what they do not know. */
  readonly format: 1;
  readonly name: string;
  readonly environment: EnvironmentName;
  /** Compose project: `parcel-dev`, `parcel-test`, `parcel-production`. */
  readonly project: string;
  /** The stack's own file, for headers and messages: `stack.ts`. */
  readonly source: string;
  /** Folder of the rendered files: `deploy`. */
  readonly output: string;
  readonly registry: Registry;
  /** What is built, by image name, in an order in which each comes after those it needs. */
  readonly images: Readonly<Record<string, ImageBlueprint>>;
  /** What runs, by name; one-off jobs among them. */
  readonly services: Readonly<Record<string, ServiceBlueprint>>;
  readonly networks: Readonly<Record<string, NetworkBlueprint>>;
  readonly volumes: Readonly<Record<string, VolumeBlueprint>>;
  readonly secrets: Readonly<Record<string, SecretBlueprint>>;
  /** Files that belong to services (nginx configuration, init scripts made by Gantry), path below `output` to content. */
  readonly files: Readonly<Record<string, string>>;
  /** Variables that the user may set for Compose, for `.env.example`. */
  readonly variables: readonly Variable[];
  /** How the stack's tests run; only in `test`. */
  readonly test: TestBlueprint | undefined;
  /** Escape hatches, merged last into what is rendered. */
  readonly overrides: Overrides;
  /** `build` settings that are the same for all images. */
  readonly build: BuildSettings;
}

/** Where images go. */
export interface Registry {
  /** Prefix such as `ghcr.io/acme`; empty for local images. */
  readonly prefix: string;
  /** Repository of an image is `prefix/NAME-IMAGE`. */
  readonly defaultTag: string;
}

/** Settings of every build. */
export interface BuildSettings {
  readonly platforms: readonly string[];
  /** Software bill of materials as attestation. */
  readonly sbom: boolean;
  readonly provenance: boolean;
  /** Registry cache, one reference per target. */
  readonly registryCache: boolean;
  /** Source repository for OCI labels; empty when unknown. */
  readonly sourceUrl: string;
}

/** An image that the stack builds. */
export interface ImageBlueprint {
  readonly name: string;
  /** Without registry and tag: `parcel-api`. */
  readonly repository: string;
  /** Rendered Dockerfile, or the user's own; relative to the stack's folder. */
  readonly dockerfile: string;
  /** Stage to build in this environment. */
  readonly target: string | undefined;
  readonly plan: BuildPlan;
  /** Images of the stack that it is built on. */
  readonly needs: readonly string[];
  /** Groups of Bake that it belongs to beside the default. */
  readonly groups: readonly string[];
}

/** What kind of part a service is. Jobs end; the others run on. */
export type Role = "application" | "job" | "database" | "cache" | "gateway" | "tool" | "test";

/** One service, resolved. */
export interface ServiceBlueprint {
  readonly name: string;
  readonly role: Role;
  /** Maker of it, for readers: `postgres`, `redis`, `nginx`, `node`, `dockerfile`, `image`. */
  readonly kind: string;
  readonly image: ServiceImage;
  /** Command; `undefined` keeps the image's own. */
  readonly command: readonly string[] | undefined;
  readonly entrypoint: readonly string[] | undefined;
  /** Environment in clear, sorted by name; no secret is here, but `${NAME}` of Compose may be for `exposedSecrets`. */
  readonly environment: Readonly<Record<string, EnvValue>>;
  /** Secrets mounted as files. */
  readonly secrets: readonly SecretUse[];
  /** Main port inside the container. */
  readonly port: number | undefined;
  /** All ports it listens on, inside; the main one first. */
  readonly listens: readonly Listener[];
  readonly published: readonly PublishedPort[];
  /** Services that it talks to, each over a network. */
  readonly uses: readonly string[];
  /** Order of start. */
  readonly after: readonly StartCondition[];
  readonly networks: readonly NetworkUse[];
  readonly mounts: readonly ServiceMount[];
  readonly health: HealthBlueprint;
  readonly replicas: number;
  readonly resources: Resources;
  readonly stop: { readonly signal: string | undefined; readonly graceMs: number };
  readonly restart: "no" | "unless-stopped" | "on-failure";
  readonly security: Security;
  /** Size of /dev/shm in bytes. */
  readonly shmBytes: number | undefined;
  /** Kernel limits such as `nofile`. */
  readonly ulimits: Readonly<Record<string, number>>;
  /** What it wants of the engine's machine, by sysctl's name, or `nofile` for the limit of open files. */
  readonly kernel: Readonly<Record<string, KernelNeed>>;
  /** `develop.watch` and a command that reloads; only in dev. */
  readonly develop: ServiceDevelop | undefined;
  /** Comment above the service in rendered files. */
  readonly comment: string | undefined;
  /** Whether two of it may run at once during a deploy; why not, otherwise. */
  readonly surge: { readonly possible: true } | { readonly possible: false; readonly because: string };
  /** What is special about its data, for backup, restore and tuning; read only by its own backing part. */
  readonly backing: BackingFacts | undefined;
  /** How a deploy moves requests from one generation to the next; only of a gateway that is deployed. */
  readonly gateway?: GatewayFacts;
  /** Compose labels beyond Gantry's own. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A plain text, with an optional comment of why it is set. */
export interface EnvValue {
  readonly value: string;
  /** `value` holds Compose variables such as `${TAG:-dev}`; otherwise a `$` in it means itself. */
  readonly template?: true;
  readonly comment?: string;
}

/** Where a service's image comes from. */
export type ServiceImage =
  | { readonly kind: "built"; readonly image: string }
  | { readonly kind: "reference"; readonly reference: string };

/** A port inside a container. */
export interface Listener {
  readonly port: number;
  readonly protocol: "http" | "tcp";
  /** What it is for, in two or three words. */
  readonly purpose: string;
}

/** A port of the host. */
export interface PublishedPort {
  /** Address of the host; loopback unless the user asked for more. */
  readonly host: string;
  /** Port of the host. */
  readonly port: number;
  /** Port in the container. */
  readonly target: number;
  /** Compose variable that changes the host's port: `API_PORT`. */
  readonly variable: string;
  /** What answers there, for people: `http` gives a URL. */
  readonly protocol: "http" | "https" | "tcp";
}

/**
 * A setting that only the machine's owner can make: no container may. It is looked at and said, and never in the way,
 * because a small server runs well without it.
 */
export type KernelNeed = { readonly why: string } & (
  | { readonly atLeast: number }
  | { readonly equals: number }
);

/** What must be true of another service before this one starts. */
export interface StartCondition {
  readonly service: string;
  readonly condition: "healthy" | "started" | "completed";
}

/** A network that it is on, and the names it has there. */
export interface NetworkUse {
  readonly network: string;
  readonly aliases: readonly string[];
}

/** A bridge of the stack. */
export interface NetworkBlueprint {
  readonly name: string;
  /** No way out of it. */
  readonly internal: boolean;
  /** Containers on it cannot reach each other: only the way out, and published ports. */
  readonly isolated: boolean;
  readonly subnet: string | undefined;
  readonly members: readonly string[];
  /** Why it exists, for the comment. */
  readonly purpose: string;
}

/** Something mounted. */
export type ServiceMount =
  | { readonly kind: "volume"; readonly volume: string; readonly target: string; readonly readOnly: boolean }
  /** `source` is relative to the stack's folder; or a Compose variable that names a place of the machine. */
  | { readonly kind: "bind"; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | {
      readonly kind: "tmpfs";
      readonly target: string;
      readonly sizeBytes: number | undefined;
      readonly mode: number | undefined;
      readonly uid: number | undefined;
      readonly gid: number | undefined;
    };

/** A named volume. */
export interface VolumeBlueprint {
  readonly name: string;
  readonly backup: boolean;
  /** Service that owns the data. */
  readonly owner: string;
}

/** A secret: its name and who makes it, never its value. */
export interface SecretBlueprint {
  readonly name: string;
  /** Made up when it is missing: always in dev and test, never in production. */
  readonly generate: boolean;
  /** Bytes of randomness when it is made up. */
  readonly bytes: number;
  readonly purpose: string;
  readonly usedBy: readonly string[];
}

/** How one service gets one secret. */
export interface SecretUse {
  readonly secret: string;
  /** File in the container: `/run/secrets/SESSION_KEY`. */
  readonly target: string;
  /** Variable that names the file, such as `SESSION_KEY_FILE`; `undefined` when software knows the path otherwise. */
  readonly variable: string | undefined;
  /** Given as environment, for software that reads no file. Said openly in plans. */
  readonly exposed?: { readonly variable: string; readonly template: string };
}

/** How Docker, Kubernetes and Gantry ask whether a service is well. */
export interface HealthBlueprint {
  readonly probe: Probe;
  /** Compose `healthcheck.test`: exec form that the image can run; `undefined` for none. */
  readonly test: readonly string[] | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
  readonly startIntervalMs: number;
  /** HTTP path that is true while the process lives, whatever its dependencies do. */
  readonly livenessPath: string | undefined;
}

/** What is asked. */
export type Probe =
  | { readonly kind: "http"; readonly port: number; readonly path: string }
  | { readonly kind: "tcp"; readonly port: number }
  | { readonly kind: "command"; readonly command: readonly string[] }
  | { readonly kind: "file"; readonly path: string; readonly maxAgeMs: number }
  | { readonly kind: "none"; readonly because: string };

/** Limits and reservations; `undefined` is unlimited. */
export interface Resources {
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  readonly reservedMemory: number | undefined;
  readonly reservedCpus: number | undefined;
  /** Processors it may run on, such as `0-1`. */
  readonly cpuSet: string | undefined;
  readonly pids: number | undefined;
}

/** What the process may do. */
export interface Security {
  /** `uid:gid`; `undefined` keeps the image's own. */
  readonly user: string | undefined;
  readonly readOnlyRoot: boolean;
  readonly dropCapabilities: readonly string[];
  readonly addCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** A tiny init as process 1 that reaps zombies and passes signals on. */
  readonly init: boolean;
}

/** Development of one service. */
export interface ServiceDevelop {
  readonly watch: readonly import("./plan.ts").WatchRule[];
}

/** Facts that only the part itself understands; kept as data so that a blueprint can be written to a file. */
export interface BackingFacts {
  readonly part: string;
  readonly version: string;
  /** Secret that holds its password. */
  readonly passwordSecret?: string;
  readonly database?: string;
  readonly user?: string;
  /** Folder of its data in the container. */
  readonly data?: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A variable for Compose that people may set. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly comment: string;
}

/** How tests run in the stack. */
export interface TestBlueprint {
  /** Service whose container runs them; in `services`, role `test`. */
  readonly service: string;
  readonly command: readonly string[];
}

/** Plain data merged last into rendered files: objects merge, lists are replaced, `null` removes. */
export interface Overrides {
  readonly compose: readonly unknown[];
  /** Lines at the end of the Bake file. */
  readonly bake: readonly string[];
  /** Extra text at fixed places: image name to lines added to its last stage. */
  readonly dockerfile: Readonly<Record<string, readonly string[]>>;
}
