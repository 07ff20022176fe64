import type { EngineClient } from "./client.ts";
import {
  containerLogs,
  listContainers,
  removeContainer,
  startContainer,
  waitContainer,
} from "./containers.ts";

/** Label of containers that only look; the value is the project that they look at. */
const sidecarLabel = "dev.gantry.looks-at";

/** A short-lived container beside another one. */
export interface Sidecar {
  /** Project that it is about, for its label. */
  readonly project: string;
  readonly image: string;
  readonly script: string;
  /** Container whose network it sees. */
  readonly network?: string;
  /** Container whose processes it sees, or `host` for all of the engine's machine. */
  readonly processes?: string;
  readonly capabilities?: readonly string[];
  /** Volumes by name, and where they are mounted. */
  readonly volumes?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a bash script in a container of its own beside another one, which may have no shell itself, and removes it.
 * Nothing of the other container is changed.
 */
export async function runSidecar(
  engine: EngineClient,
  sidecar: Sidecar,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const { Id } = await engine.json<{ Id: string }>({
    method: "POST",
    path: "/containers/create",
    body: {
      Image: sidecar.image,
      Entrypoint: ["bash", "-c"],
      Cmd: [sidecar.script],
      User: "0:0",
      WorkingDir: "/",
      Labels: { [sidecarLabel]: sidecar.project },
      Healthcheck: { Test: ["NONE"] },
      HostConfig: {
        NetworkMode: sidecar.network === undefined ? "none" : `container:${sidecar.network}`,
        ...(sidecar.processes === undefined
          ? {}
          : { PidMode: sidecar.processes === "host" ? "host" : `container:${sidecar.processes}` }),
        CapDrop: ["ALL"],
        CapAdd: sidecar.capabilities ?? [],
        SecurityOpt: ["no-new-privileges:true"],
        ReadonlyRootfs: true,
        Binds: Object.entries(sidecar.volumes ?? {}).map(([name, target]) => `${name}:${target}`),
        LogConfig: { Type: "local" },
      },
    },
    signal: sidecar.signal,
  });
  try {
    await startContainer(engine, Id, sidecar.signal);
    const exitCode = await waitContainer(engine, Id, sidecar.signal);
    const lines: string[] = [];
    for await (const line of containerLogs(
      engine,
      { Id, Config: { Tty: false } },
      { signal: sidecar.signal },
    ))
      lines.push(line.text);
    return { exitCode, output: lines.join("\n") };
  } finally {
    await removeContainer(engine, Id);
  }
}

/** Removes sidecars that an earlier run could not: it was killed. */
export async function sweepSidecars(
  engine: EngineClient,
  project: string,
  signal?: AbortSignal,
): Promise<void> {
  const left = await listContainers(engine, { label: [`${sidecarLabel}=${project}`] }, signal);
  await Promise.all(left.map(({ Id }) => removeContainer(engine, Id)));
}
