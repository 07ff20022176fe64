import type { ContainerSummary } from "../engine/api-types.ts";
import type { EngineClient } from "../engine/client.ts";
import {
  composeLabels,
  listContainers,
  ofProject,
  removeContainer,
  stopContainer,
} from "../engine/containers.ts";
import { listNetworks, listVolumes, removeNetwork, removeVolume } from "../engine/resources.ts";

/** All that the engine has of a Compose project. */
export interface ProjectRemains {
  readonly containers: readonly ContainerSummary[];
  /** Names by id. */
  readonly networks: ReadonlyMap<string, string>;
  readonly volumes: readonly string[];
}

/** Looks at what there is of a project. */
export async function surveyProject(
  engine: EngineClient,
  project: string,
  signal?: AbortSignal,
): Promise<ProjectRemains> {
  const [containers, networks, volumes] = await Promise.all([
    listContainers(engine, ofProject(project), signal),
    listNetworks(engine, ofProject(project), signal),
    listVolumes(engine, ofProject(project), signal),
  ]);
  return {
    containers,
    networks: new Map(networks.map(({ Id, Name }) => [Id, Name])),
    volumes: volumes.map(({ Name }) => Name),
  };
}

/** What of the remains to take away. */
export interface Removal {
  readonly containers: readonly ContainerSummary[];
  readonly networks: ReadonlyMap<string, string>;
  readonly volumes: readonly string[];
}

/** How a removal went. */
export interface RemovalResult {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Networks and volumes that something still uses. */
  readonly stuck: readonly string[];
}

/**
 * Stops and removes containers, those that others need after those that need them, then networks and volumes.
 * `dependencies` says for each service what it needs.
 */
export async function removeAll(
  engine: EngineClient,
  what: Removal,
  options: {
    readonly dependencies: ReadonlyMap<string, readonly string[]>;
    /** Longest wait for one to stop by itself, seconds; its own grace when absent. With 0 it is killed at once. */
    readonly graceSeconds?: number;
    readonly onContainer?: (container: ContainerSummary, state: "stopping" | "removed") => void;
  },
): Promise<RemovalResult> {
  for (const wave of stopOrder(what.containers, options.dependencies)) {
    await Promise.all(
      wave.map(async (container) => {
        options.onContainer?.(container, "stopping");
        const runs = ["running", "restarting", "paused"].includes(container.State);
        if (runs && options.graceSeconds !== 0)
          await stopContainer(
            engine,
            container.Id,
            options.graceSeconds === undefined ? {} : { graceSeconds: options.graceSeconds },
          );
        await removeContainer(engine, container.Id);
        options.onContainer?.(container, "removed");
      }),
    );
  }
  const networks = await Promise.all(
    [...what.networks].map(async ([id, name]) => ({ name, gone: await removeNetwork(engine, id) })),
  );
  const volumes = await Promise.all(
    what.volumes.map(async (name) => ({ name, gone: await removeVolume(engine, name) })),
  );
  const gone = (list: readonly { name: string; gone: boolean }[]): readonly string[] =>
    list
      .filter((entry) => entry.gone)
      .map((entry) => entry.name)
      .sort();
  return {
    containers: what.containers.map(containerName).sort(),
    networks: gone(networks),
    volumes: gone(volumes),
    stuck: [...networks, ...volumes].filter((entry) => !entry.gone).map((entry) => entry.name),
  };
}

/** Waves of containers: each is stopped when nothing that needs it runs any more. */
export function stopOrder<T extends { readonly Labels: Readonly<Record<string, string>> }>(
  containers: readonly T[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): readonly (readonly T[])[] {
  let rest = [...containers];
  const waves: T[][] = [];
  while (rest.length > 0) {
    const needed = new Set(rest.flatMap((container) => dependencies.get(serviceOf(container)) ?? []));
    const wave = rest.filter((container) => !needed.has(serviceOf(container)));
    // A circle cannot come from a valid stack, but labels of old containers may describe one.
    const next = wave.length === 0 ? rest : wave;
    waves.push(next);
    rest = rest.filter((container) => !next.includes(container));
  }
  return waves;
}

/** The service that a container belongs to. */
export function serviceOf(container: { readonly Labels: Readonly<Record<string, string>> }): string {
  return container.Labels[composeLabels.service] ?? "";
}

/** A container's name without the engine's slash. */
export function containerName(container: ContainerSummary): string {
  return (container.Names[0] ?? container.Id.slice(0, 12)).replace(/^\//, "");
}
