import type { ContainerInspect, ContainerStats, ContainerSummary } from "./api-types.ts";
import { type EngineClient, EngineFailure } from "./client.ts";
import { demultiplex, lines, type Stream, singleStream } from "./frames.ts";

/** The labels that Compose puts on what it makes, and by which everything finds it again. */
export const composeLabels = {
  project: "com.docker.compose.project",
  service: "com.docker.compose.service",
  number: "com.docker.compose.container-number",
  oneOff: "com.docker.compose.oneoff",
  configHash: "com.docker.compose.config-hash",
} as const;

/** Filters as the engine takes them: a key to the values that it may have. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Filters for everything of one Compose project. */
export function ofProject(project: string): Filters {
  return { label: [`${composeLabels.project}=${project}`] };
}

/** Containers, stopped ones too. */
export function listContainers(
  engine: EngineClient,
  filters: Filters,
  signal?: AbortSignal,
): Promise<readonly ContainerSummary[]> {
  return engine.json({
    path: "/containers/json",
    query: { all: true, filters: JSON.stringify(filters) },
    signal,
  });
}

/** All there is to know of a container; rejects with status 404 when it is gone. */
export function inspectContainer(
  engine: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<ContainerInspect> {
  return engine.json({ path: `/containers/${encodeURIComponent(id)}/json`, signal });
}

/** The same for one that may be gone. */
export async function findContainer(
  engine: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<ContainerInspect | undefined> {
  try {
    return await inspectContainer(engine, id, signal);
  } catch (error) {
    if (error instanceof EngineFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** Starts it; one that runs already is left alone. */
export async function startContainer(engine: EngineClient, id: string, signal?: AbortSignal): Promise<void> {
  await engine.call({ method: "POST", path: `/containers/${id}/start`, signal });
}

/** Asks it to stop, and kills it after the grace that it was created with (or `graceSeconds`). */
export async function stopContainer(
  engine: EngineClient,
  id: string,
  options: { graceSeconds?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const query = options.graceSeconds === undefined ? {} : { t: options.graceSeconds };
  await ignoring(
    [404],
    engine.call({ method: "POST", path: `/containers/${id}/stop`, query, signal: options.signal }),
  );
}

/** Stops and starts it. */
export async function restartContainer(
  engine: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  await engine.call({ method: "POST", path: `/containers/${id}/restart`, signal });
}

/** Removes it with its anonymous volumes, running or not; one that is gone or just going is fine. */
export async function removeContainer(engine: EngineClient, id: string, signal?: AbortSignal): Promise<void> {
  const query = { force: true, v: true };
  await ignoring([404, 409], engine.call({ method: "DELETE", path: `/containers/${id}`, query, signal }));
}

/** Unpacks a tar archive into it, below `/` or a folder, owners and modes as the archive says. */
export async function unpackInto(
  engine: EngineClient,
  id: string,
  archive: Buffer,
  options: { readonly folder?: string; readonly signal?: AbortSignal } = {},
): Promise<void> {
  await engine.call({
    method: "PUT",
    path: `/containers/${id}/archive`,
    query: { path: options.folder ?? "/" },
    archive,
    signal: options.signal,
  });
}

/** Waits until it does not run; its exit code. */
export async function waitContainer(engine: EngineClient, id: string, signal?: AbortSignal): Promise<number> {
  const path = `/containers/${id}/wait`;
  const result = await engine.json<{ StatusCode: number }>({ method: "POST", path, signal });
  return result.StatusCode;
}

/** One reading of what it uses; `previous` counters are empty, so processor shares need two readings. */
export function readStats(engine: EngineClient, id: string, signal?: AbortSignal): Promise<ContainerStats> {
  const query = { stream: false, "one-shot": true };
  return engine.json({ path: `/containers/${id}/stats`, query, signal });
}

/** What of a container's log to read. */
export interface LogQuery {
  readonly follow?: boolean;
  /** Last lines; all when absent. */
  readonly tail?: number | undefined;
  /** Seconds since the epoch. */
  readonly since?: number | undefined;
  /** Seconds since the epoch. */
  readonly until?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A line of a container's log with the time that the engine gave it, milliseconds since the epoch. */
export interface StampedLine {
  readonly time: number;
  readonly stream: Stream;
  readonly text: string;
}

/** A container's log, line by line; when it follows, until the container ends or the signal aborts. */
export async function* containerLogs(
  engine: EngineClient,
  container: { readonly Id: string; readonly Config: { readonly Tty: boolean } },
  query: LogQuery = {},
): AsyncGenerator<StampedLine, void, undefined> {
  const { body } = await engine.stream({
    path: `/containers/${container.Id}/logs`,
    query: {
      stdout: true,
      stderr: true,
      timestamps: true,
      follow: query.follow ?? false,
      tail: query.tail ?? "all",
      since: seconds(query.since),
      until: seconds(query.until),
    },
    signal: query.signal,
  });
  const chunks = container.Config.Tty ? singleStream(body) : demultiplex(body);
  for await (const { stream, text } of lines(chunks)) yield { stream, ...splitStamp(text) };
}

/** Fractions with nine digits are what the engine reads; a number in JavaScript's own form may have an exponent. */
function seconds(time: number | undefined): string | undefined {
  return time?.toFixed(9);
}

/** The engine puts an RFC 3339 time with nanoseconds and a space before each line. */
export function splitStamp(text: string): { readonly time: number; readonly text: string } {
  const end = text.indexOf(" ");
  const time = Date.parse(end < 0 ? text : text.slice(0, end));
  if (Number.isNaN(time)) return { time: 0, text };
  return { time, text: end < 0 ? "" : text.slice(end + 1) };
}

/** The end of a container's log; empty when its log cannot be read. */
export async function lastLines(
  engine: EngineClient,
  id: string,
  count: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  try {
    const container = await inspectContainer(engine, id, signal);
    const found: string[] = [];
    for await (const line of containerLogs(engine, container, { tail: count, signal })) found.push(line.text);
    return found;
  } catch (error) {
    if (error instanceof EngineFailure) return [];
    throw error;
  }
}

/** Share of one processor between two readings, 100 for one whole. */
export function cpuPercent(before: ContainerStats, after: ContainerStats): number | undefined {
  const used = after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage;
  const system = (after.cpu_stats.system_cpu_usage ?? 0) - (before.cpu_stats.system_cpu_usage ?? 0);
  if (system <= 0 || used < 0) return undefined;
  return (used / system) * (after.cpu_stats.online_cpus ?? 1) * 100;
}

/**
 * Memory that the container cannot give back: usage without the page cache that the kernel would drop first, as
 * `docker stats` counts (`inactive_file` with cgroup 2, `total_inactive_file` with 1).
 */
export function memoryUsed(stats: ContainerStats): number | undefined {
  const usage = stats.memory_stats.usage;
  if (usage === undefined) return undefined;
  const detail = stats.memory_stats.stats ?? {};
  const cache = detail["total_inactive_file"] ?? detail["inactive_file"] ?? 0;
  return cache < usage ? usage - cache : usage;
}

/** Runs to the end, taking answers with one of these statuses for success. */
export async function ignoring(statuses: readonly number[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof EngineFailure) || !statuses.includes(error.status)) throw error;
  }
}
