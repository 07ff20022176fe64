import type { BuildLink } from "../build-link.ts";
import type { CommandLine, Healthcheck } from "../dockerfile/model.ts";
import type { ImageReference } from "../image-reference.ts";
import type { ReadProblem, SourceFile, Span, Tracked } from "../source.ts";
import type { YamlMap, YamlNode } from "../yaml/model.ts";

/** One way to run Compose files together, as `docker compose -f a -f b` would see it. */
export interface ComposeProject {
  /** Files in the order they were merged, main one first, without included and extended ones. */
  readonly files: readonly string[];
  /** All files that took part, with what could not be read. */
  readonly sources: readonly ComposeSource[];
  /** Top-level `name`. */
  readonly name: Tracked<string> | undefined;
  /** The merged model before it was made typed; for keys that have no field here. */
  readonly node: YamlMap;
  readonly services: readonly ComposeService[];
  readonly networks: readonly ComposeResource[];
  readonly volumes: readonly ComposeResource[];
  readonly secrets: readonly ComposeResource[];
  readonly configs: readonly ComposeResource[];
  /** Variables from `.env` beside the main file. */
  readonly dotenv: ReadonlyMap<string, string>;
  readonly problems: readonly ReadProblem[];
}

/** A file of a project. */
export interface ComposeSource {
  readonly path: string;
  readonly source: SourceFile;
  readonly problems: readonly ReadProblem[];
}

/** A network, volume, secret or config at the top level. */
export interface ComposeResource {
  readonly name: string;
  readonly nameSpan: Span;
  /** `undefined` for `data:` without anything. */
  readonly node: YamlMap | undefined;
  readonly external: boolean;
  /** `internal: true` of a network. */
  readonly internal: boolean;
  readonly driver: Tracked<string> | undefined;
  /** `file:` of a secret or config, relative to the project's folder where possible. */
  readonly file: Tracked<string> | undefined;
  /** `environment:` of a secret or config. */
  readonly environment: Tracked<string> | undefined;
}

/** A service after merging; lists are empty and settings `undefined` when the files do not give them. */
export interface ComposeService {
  readonly name: string;
  readonly nameSpan: Span;
  /** All that was written for it, merged; for keys that have no field here, see `at(service.node, "a", "b")`. */
  readonly node: YamlMap;
  readonly image: Tracked<ImageReference> | undefined;
  readonly build: ComposeBuild | undefined;
  readonly command: Tracked<CommandLine> | undefined;
  readonly entrypoint: Tracked<CommandLine> | undefined;
  /** `environment` and the readable `env_file`s, in the end effect: one entry a name. */
  readonly environment: readonly EnvironmentEntry[];
  readonly envFiles: readonly EnvFileUse[];
  readonly ports: readonly PortMapping[];
  readonly expose: readonly Tracked<string>[];
  readonly volumes: readonly ServiceVolume[];
  readonly tmpfs: readonly Tracked<string>[];
  readonly networks: readonly NetworkAttachment[];
  readonly networkMode: Tracked<string> | undefined;
  readonly secrets: readonly Grant[];
  readonly configs: readonly Grant[];
  readonly dependsOn: readonly Dependency[];
  readonly links: readonly Tracked<string>[];
  /** `undefined` when the files give none: the image's own then counts. */
  readonly healthcheck: Tracked<Healthcheck> | undefined;
  readonly restart: Tracked<string> | undefined;
  /** `deploy.replicas` or `scale`. */
  readonly replicas: Tracked<number> | undefined;
  readonly containerName: Tracked<string> | undefined;
  readonly hostname: Tracked<string> | undefined;
  readonly user: Tracked<string> | undefined;
  readonly workingDir: Tracked<string> | undefined;
  readonly readOnly: Tracked<boolean> | undefined;
  readonly privileged: Tracked<boolean> | undefined;
  readonly init: Tracked<boolean> | undefined;
  readonly capAdd: readonly Tracked<string>[];
  readonly capDrop: readonly Tracked<string>[];
  readonly securityOpt: readonly Tracked<string>[];
  readonly pid: Tracked<string> | undefined;
  readonly ipc: Tracked<string> | undefined;
  readonly stopGraceMs: Tracked<number> | undefined;
  readonly stopSignal: Tracked<string> | undefined;
  /** Bytes; `deploy.resources.limits.memory` or `mem_limit`. */
  readonly memoryLimit: Tracked<number> | undefined;
  /** Bytes; `deploy.resources.reservations.memory` or `mem_reservation`. */
  readonly memoryReservation: Tracked<number> | undefined;
  /** CPUs; `deploy.resources.limits.cpus` or `cpus`. */
  readonly cpuLimit: Tracked<number> | undefined;
  /** `deploy.resources.limits.pids` or `pids_limit`. */
  readonly pidsLimit: Tracked<number> | undefined;
  /** Bytes. */
  readonly shmSize: Tracked<number> | undefined;
  readonly logging: YamlNode | undefined;
  readonly profiles: readonly Tracked<string>[];
  readonly platform: Tracked<string> | undefined;
  readonly labels: readonly EnvironmentEntry[];
}

/** `build:` of a service. Paths are relative to the project's folder. */
export interface ComposeBuild {
  readonly span: Span;
  /** `undefined` when it lies outside of the tree, is a URL, or hangs on an unknown variable. */
  readonly context: Tracked<string> | undefined;
  readonly contextText: string;
  /** As written, relative to the context. */
  readonly dockerfile: Tracked<string> | undefined;
  readonly inline: Tracked<string> | undefined;
  readonly target: Tracked<string> | undefined;
  readonly args: readonly EnvironmentEntry[];
  readonly secrets: readonly Grant[];
  readonly cacheFrom: readonly Tracked<string>[];
  readonly cacheTo: readonly Tracked<string>[];
  readonly additionalContexts: readonly EnvironmentEntry[];
  readonly platforms: readonly Tracked<string>[];
  /** The Dockerfile, stage and ignore file behind it. */
  readonly link: BuildLink;
}

/** A variable, argument or label. */
export interface EnvironmentEntry {
  readonly name: string;
  /** `undefined`: taken from the shell that runs Compose. */
  readonly value: string | undefined;
  /** As written, before variables were filled in. */
  readonly raw: string | undefined;
  /** Whether a variable of unknown value takes part in it. */
  readonly dynamic: boolean;
  readonly span: Span;
  readonly valueSpan: Span;
  /** `env_file` when it came from such a file; the spans are then in that file. */
  readonly from: "inline" | "env_file";
}

/** One entry of `env_file`. */
export interface EnvFileUse {
  /** Relative to the project's folder; `undefined` when it lies outside or is unknown. */
  readonly path: string | undefined;
  readonly text: string;
  readonly required: boolean;
  readonly exists: boolean;
  readonly span: Span;
}

/** One entry of `ports`. */
export interface PortMapping {
  /** Port in the container; first and last are the same but for ranges. */
  readonly target: PortRange | undefined;
  /** Port on the host; `undefined` when Docker chooses one. */
  readonly published: PortRange | undefined;
  readonly hostIp: string | undefined;
  readonly protocol: string;
  readonly mode: string | undefined;
  /** As written, variables filled in. */
  readonly text: string;
  readonly dynamic: boolean;
  readonly quoted: boolean;
  readonly span: Span;
}

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One entry of `volumes` of a service. */
export interface ServiceVolume {
  readonly type: "bind" | "volume" | "tmpfs" | "other";
  /** Host path as written, or name of a volume; `undefined` for anonymous ones. */
  readonly source: string | undefined;
  /** The host path relative to the project's folder; `undefined` when it lies outside, is unknown, or is none. */
  readonly path: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
  readonly text: string;
  readonly dynamic: boolean;
  readonly span: Span;
}

/** A network that a service is in. */
export interface NetworkAttachment {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly span: Span;
}

/** A secret or config that a service (or build) is given. */
export interface Grant {
  readonly source: string;
  readonly target: string | undefined;
  readonly span: Span;
}

/** One entry of `depends_on`. */
export interface Dependency {
  readonly service: string;
  /** `service_started` when none is written. */
  readonly condition: string;
  readonly required: boolean;
  readonly span: Span;
}
