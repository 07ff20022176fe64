import type { EngineEvent } from "./api-types.ts";
import type { EngineClient } from "./client.ts";
import type { Filters } from "./containers.ts";
import { jsonLines } from "./frames.ts";

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

/** Gives an image, by id or reference, one more reference. */
export async function tagImage(
  engine: EngineClient,
  image: string,
  reference: string,
  signal?: AbortSignal,
): Promise<void> {
  await engine.call({
    method: "POST",
    path: `/images/${encodeURIComponent(image)}/tag`,
    query: { repo: repositoryOf(reference), tag: reference.slice(repositoryOf(reference).length + 1) },
    signal,
  });
}

/** A reference without its tag; a colon before the last slash is that of a port. */
export function repositoryOf(reference: string): string {
  const colon = reference.indexOf(":", reference.lastIndexOf("/") + 1);
  return colon === -1 ? reference : reference.slice(0, colon);
}

/** Events of a span of time that is over (seconds since the epoch); ends when the last was read. */
export async function* pastEvents(
  engine: EngineClient,
  filters: Filters,
  window: { readonly since: number; readonly until: number },
  signal?: AbortSignal,
): AsyncGenerator<EngineEvent, void, undefined> {
  const { body } = await engine.stream({
    path: "/events",
    // The engine reads fractions, but no exponents.
    query: {
      filters: JSON.stringify(filters),
      since: window.since.toFixed(3),
      until: window.until.toFixed(3),
    },
    signal,
  });
  yield* jsonLines<EngineEvent>(body);
}
