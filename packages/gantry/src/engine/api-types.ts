/**
 * The parts of the Engine API's answers that Gantry reads, under the engine's own names
 * (https://docs.docker.com/reference/api/engine/). Fields that Gantry does not read are left out.
 */

/** `GET /containers/json`. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly State: string;
  /** For people: `Up 3 minutes (healthy)`. */
  readonly Status: string;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Ports: readonly PortSummary[];
}

/** One mapping of a port; without `PublicPort` it is only exposed. */
export interface PortSummary {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

/** `GET /containers/{id}/json`. */
export interface ContainerInspect {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly Created: string;
  readonly RestartCount: number;
  readonly State: ContainerState;
  readonly Config: {
    readonly Image: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Tty: boolean;
    readonly User: string;
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly Healthcheck?: { readonly Test?: readonly string[] };
    readonly Env?: readonly string[] | null;
  };
  readonly HostConfig: {
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidsLimit?: number | null;
    readonly ReadonlyRootfs?: boolean;
    readonly RestartPolicy?: { readonly Name: string };
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    > | null;
  };
  readonly NetworkSettings: {
    readonly Networks?: Readonly<Record<string, NetworkEndpoint>> | null;
    readonly Ports: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    > | null;
  };
}

/** A container's place in a network. */
export interface NetworkEndpoint {
  readonly NetworkID: string;
  readonly IPAddress: string;
  /** Names besides the container's own. */
  readonly Aliases?: readonly string[] | null;
  /** An address that was asked for. */
  readonly IPAMConfig?: Readonly<Record<string, unknown>> | null;
}

/** `State` of an inspected container. */
export interface ContainerState {
  readonly Status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly Running: boolean;
  readonly OOMKilled: boolean;
  readonly ExitCode: number;
  readonly Error: string;
  /** Number of its main process as the engine's machine sees it; 0 when it does not run. */
  readonly Pid?: number;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  readonly Health?: {
    readonly Status: "none" | "starting" | "healthy" | "unhealthy";
    readonly FailingStreak: number;
    readonly Log: readonly HealthResult[] | null;
  };
}

/** One run of a health probe. */
export interface HealthResult {
  readonly Start: string;
  readonly End: string;
  readonly ExitCode: number;
  readonly Output: string;
}

/** `GET /containers/{id}/stats?stream=false`. */
export interface ContainerStats {
  readonly cpu_stats: CpuSample;
  readonly precpu_stats: CpuSample;
  readonly memory_stats: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
}

/** One reading of the processor's counters, nanoseconds. */
export interface CpuSample {
  readonly cpu_usage: { readonly total_usage: number };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
}

/** `GET /images/{name}/json`. */
export interface ImageInspect {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size: number;
  readonly Created: string;
  readonly Architecture: string;
  readonly Config: {
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly User?: string;
    readonly Env?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Entrypoint?: readonly string[] | null;
  };
  readonly RootFS?: { readonly Layers?: readonly string[] };
}

/** One layer of `GET /images/{name}/history`, newest first. */
export interface ImageLayer {
  readonly Id: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Size: number;
  readonly Comment: string;
}

/** One message of `GET /events`. */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

/** `GET /info`. */
export interface EngineInfo {
  readonly ServerVersion: string;
  readonly OperatingSystem: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Driver: string;
  readonly DockerRootDir: string;
  readonly SystemTime: string;
  readonly LiveRestoreEnabled: boolean;
  readonly CgroupVersion?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Swarm?: { readonly LocalNodeState?: string };
  readonly Warnings?: readonly string[] | null;
}

/** `GET /version`. */
export interface EngineVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion: string;
  readonly Os: string;
  readonly Arch: string;
}

/** `GET /networks`. */
export interface NetworkSummary {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** One of `GET /volumes`. */
export interface VolumeSummary {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** `GET /system/df`, without the volumes that few engines measure quickly. */
export interface DiskUsage {
  readonly LayersSize: number;
  readonly Images: readonly { readonly Size: number; readonly Containers: number }[] | null;
  readonly Containers: readonly { readonly SizeRw?: number }[] | null;
  readonly Volumes: readonly { readonly UsageData?: { readonly Size: number } | null }[] | null;
  /** `Shared`: images have it too, so that dropping it frees nothing. */
  readonly BuildCache:
    | readonly { readonly Size: number; readonly InUse: boolean; readonly Shared?: boolean }[]
    | null;
}
