import type { EngineClient } from "./client.ts";
import { ignoring } from "./containers.ts";

/** A process in a container, as the engine's machine sees it. */
export interface ContainerProcess {
  readonly pid: number;
  /** Its command line, or the title that it gave itself. */
  readonly title: string;
}

/** Processes of a container that runs; empty when it does not. */
export async function listProcesses(
  engine: EngineClient,
  container: string,
  signal?: AbortSignal,
): Promise<readonly ContainerProcess[]> {
  const { Processes } = await engine.json<{ Processes: readonly (readonly string[])[] | null }>({
    path: `/containers/${container}/top`,
    query: { ps_args: "-eo pid,args" },
    signal,
  });
  return (Processes ?? []).map(([pid, ...title]) => ({ pid: Number(pid), title: title.join(" ") }));
}

/** Gives an image, by id or reference, one more name. */
export async function tagImage(
  engine: EngineClient,
  image: string,
  repository: string,
  tag: string,
  signal?: AbortSignal,
): Promise<void> {
  await engine.call({
    method: "POST",
    path: `/images/${encodeURIComponent(image)}/tag`,
    query: { repo: repository, tag },
    signal,
  });
}

/** Sends a signal to a container's main process; one that does not run is left alone. */
export async function signalContainer(
  engine: EngineClient,
  container: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  await ignoring(
    [404, 409],
    engine.call({ method: "POST", path: `/containers/${container}/kill`, query: { signal: name }, signal }),
  );
}
