import { setTimeout } from "node:timers/promises";
import { compareText } from "../base/errors.ts";
import type { Blueprint, ServiceBlueprint } from "../blueprint/model.ts";
import type { ContainerInspect } from "../engine/api-types.ts";
import { type EngineClient, EngineFailure } from "../engine/client.ts";
import {
  composeLabels,
  cpuPercent,
  findContainer,
  listContainers,
  memoryUsed,
  ofProject,
  readStats,
} from "../engine/containers.ts";

/** A port of the host that answers, as the engine reports it. */
export interface PublishedAddress {
  /** Address of the host that it is bound to. */
  readonly host: string;
  /** Port of the host. */
  readonly port: number;
  /** Port in the container. */
  readonly target: number;
  /** What to open, where the port speaks HTTP: `http://127.0.0.1:8080`. */
  readonly url: string | undefined;
}

/** Where a service's container stands. `missing`: the blueprint has it and the engine does not. */
export type ServiceState =
  | "missing"
  | "created"
  | "running"
  | "paused"
  | "restarting"
  | "removing"
  | "exited"
  | "dead";

/** One replica of one service, as it is now. */
export interface ServiceStatus {
  /** Name in the stack. */
  readonly service: string;
  /** 1-based; 0 for a service that is not there. */
  readonly replica: number;
  /** What it is in the stack: `application`, `job`, `database`, `cache`, `gateway`, `tool`, `test`. */
  readonly role: string;
  /** Container's name; `undefined` when it is missing. */
  readonly container: string | undefined;
  /** Container's id. */
  readonly id: string | undefined;
  /** Image reference that it runs. */
  readonly image: string | undefined;
  readonly state: ServiceState;
  /** `undefined` when it has no health check or does not run. */
  readonly health: "starting" | "healthy" | "unhealthy" | undefined;
  /** Only when it ended. */
  readonly exitCode: number | undefined;
  /** Whether this is what the stack wants: healthy (or running without a check), or a job that ended with 0. */
  readonly well: boolean;
  /** Milliseconds that it has run; `undefined` when it does not. */
  readonly uptimeMs: number | undefined;
  readonly restarts: number;
  readonly ports: readonly PublishedAddress[];
  /** Share of one processor, 100 is one whole; `undefined` when unknown. */
  readonly cpuPercent: number | undefined;
  /** Bytes in use without the page cache; `undefined` when unknown. */
  readonly memoryBytes: number | undefined;
  /** Limit in bytes; `undefined` for none. */
  readonly memoryLimit: number | undefined;
}

/** What to look at. */
export interface StatusQuery {
  /** Only these services; all of the blueprint when absent. */
  readonly services?: ReadonlySet<string>;
  /** Measure processor and memory, which takes two readings. */
  readonly stats: boolean;
  readonly signal?: AbortSignal;
}

/** Time between two readings of the processor's counters. */
const sampleMs = 100;

/** The state of the blueprint's services, those that are not there too, in order of name and replica. */
export async function readStatuses(
  engine: EngineClient,
  blueprint: Blueprint,
  query: StatusQuery,
): Promise<readonly ServiceStatus[]> {
  const { signal } = query;
  const summaries = await listContainers(engine, ofProject(blueprint.project), signal);
  const wanted = (name: string): boolean => query.services?.has(name) ?? true;
  const own = summaries.filter(
    ({ Labels }) => Labels[composeLabels.oneOff] !== "True" && wanted(Labels[composeLabels.service] ?? ""),
  );
  const found = await Promise.all(
    own.map(async ({ Id, State }) => {
      const [container, usage] = await Promise.all([
        findContainer(engine, Id, signal),
        query.stats && State === "running" ? measure(engine, Id, signal) : undefined,
      ]);
      return container === undefined ? [] : [describe(blueprint, container, usage)];
    }),
  );
  const present = found.flat();
  const names = new Set(present.map(({ service }) => service));
  const missing = Object.values(blueprint.services)
    .filter(({ name, role }) => role !== "test" && wanted(name) && !names.has(name))
    .map(missingStatus);
  return [...present, ...missing].sort((a, b) => compareText(a.service, b.service) || a.replica - b.replica);
}

interface Usage {
  readonly cpuPercent: number | undefined;
  readonly memoryBytes: number | undefined;
}

async function measure(
  engine: EngineClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Usage | undefined> {
  try {
    const first = await readStats(engine, id, signal);
    await setTimeout(sampleMs, undefined, signal === undefined ? {} : { signal });
    const second = await readStats(engine, id, signal);
    return { cpuPercent: cpuPercent(first, second), memoryBytes: memoryUsed(second) };
  } catch (error) {
    // It may end between the list and the reading.
    if (error instanceof EngineFailure) return undefined;
    throw error;
  }
}

function describe(
  blueprint: Blueprint,
  container: ContainerInspect,
  usage: Usage | undefined,
): ServiceStatus {
  const { State: state, Config: config, HostConfig: host } = container;
  const service = config.Labels[composeLabels.service] ?? "";
  const role = blueprint.services[service]?.role ?? "application";
  const health = state.Health?.Status;
  const ended = state.Status === "exited" || state.Status === "dead";
  const job = role === "job" || role === "test";
  return {
    service,
    replica: Number(config.Labels[composeLabels.number] ?? 1),
    role,
    container: container.Name.replace(/^\//, ""),
    id: container.Id,
    image: config.Image,
    state: state.Status,
    health: state.Running && health !== undefined && health !== "none" ? health : undefined,
    exitCode: ended ? state.ExitCode : undefined,
    well: job
      ? ended && state.ExitCode === 0
      : state.Status === "running" && (health === undefined || health === "none" || health === "healthy"),
    uptimeMs: state.Running ? Math.max(0, Date.now() - Date.parse(state.StartedAt)) : undefined,
    restarts: container.RestartCount,
    ports: publishedPorts(blueprint, service, container),
    cpuPercent: usage?.cpuPercent,
    memoryBytes: usage?.memoryBytes,
    memoryLimit: host.Memory > 0 ? host.Memory : undefined,
  };
}

function missingStatus(service: ServiceBlueprint): ServiceStatus {
  return {
    service: service.name,
    replica: 0,
    role: service.role,
    container: undefined,
    id: undefined,
    image: undefined,
    state: "missing",
    health: undefined,
    exitCode: undefined,
    well: false,
    uptimeMs: undefined,
    restarts: 0,
    ports: [],
    cpuPercent: undefined,
    memoryBytes: undefined,
    memoryLimit: undefined,
  };
}

/** Ports as the engine bound them; addresses that mean the same to a browser come once. */
function publishedPorts(
  blueprint: Blueprint,
  service: string,
  container: ContainerInspect,
): readonly PublishedAddress[] {
  const planned = blueprint.services[service]?.published ?? [];
  const found = new Map<string, PublishedAddress>();
  for (const [key, bindings] of Object.entries(container.NetworkSettings.Ports ?? {})) {
    const target = Number(key.split("/")[0]);
    for (const { HostIp, HostPort } of bindings ?? []) {
      const protocol = planned.find((port) => port.target === target)?.protocol ?? "tcp";
      const everywhere = HostIp === "0.0.0.0" || HostIp === "::" || HostIp === "";
      const reachable = everywhere ? "localhost" : HostIp.includes(":") ? `[${HostIp}]` : HostIp;
      const url = protocol === "tcp" ? undefined : `${protocol}://${reachable}:${HostPort}`;
      const name = `${reachable}:${HostPort}`;
      if (!found.has(name)) found.set(name, { host: HostIp, port: Number(HostPort), target, url });
    }
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
}
