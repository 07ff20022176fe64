import type {
  DiskUsage,
  EngineEvent,
  EngineInfo,
  EngineVersion,
  ImageInspect,
  ImageLayer,
  NetworkSummary,
  VolumeSummary,
} from "./api-types.ts";
import { type EngineClient, EngineFailure } from "./client.ts";
import { type Filters, ignoring } from "./containers.ts";
import { jsonLines } from "./frames.ts";

/** What the engine says of itself. */
export function engineInfo(engine: EngineClient, signal?: AbortSignal): Promise<EngineInfo> {
  return engine.json({ path: "/info", signal });
}

/** Versions of the engine and of its API. */
export function engineVersion(engine: EngineClient, signal?: AbortSignal): Promise<EngineVersion> {
  return engine.json({ path: "/version", signal });
}

/** What takes room on the engine's disk. */
export function diskUsage(engine: EngineClient, signal?: AbortSignal): Promise<DiskUsage> {
  return engine.json({ path: "/system/df", signal });
}

/** Events from `since` (seconds since the epoch) on: once it resolves, the engine sends every later one. They end on abort, or when the engine goes. */
export async function openEvents(
  engine: EngineClient,
  filters: Filters,
  options: { readonly since?: number; readonly signal?: AbortSignal } = {},
): Promise<{ readonly body: AsyncIterable<EngineEvent> }> {
  const { body } = await engine.stream({
    path: "/events",
    query: { filters: JSON.stringify(filters), since: options.since },
    signal: options.signal,
  });
  return { body: jsonLines<EngineEvent>(body) };
}

/** An image by reference or id; `undefined` when the engine has none. */
export async function findImage(
  engine: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<ImageInspect | undefined> {
  try {
    return await engine.json<ImageInspect>({ path: `/images/${imagePath(reference)}/json`, signal });
  } catch (error) {
    if (error instanceof EngineFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** References of all images with this tag, whatever their repository. */
export async function referencesWithTag(
  engine: EngineClient,
  tag: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  // The engine's pattern matches one part of the path per star.
  const patterns = ["*", "*/*", "*/*/*", "*/*/*/*"].map((path) => `${path}:${tag}`);
  return (await referencesLike(engine, patterns, signal)).filter((name) => name.endsWith(`:${tag}`));
}

/** All references of images that have one which fits a pattern of the engine; without what goes without saying (`docker.io`). */
export async function referencesLike(
  engine: EngineClient,
  patterns: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const images = await engine.json<readonly { readonly RepoTags: readonly string[] | null }[]>({
    path: "/images/json",
    query: { filters: JSON.stringify({ reference: patterns }) },
    signal,
  });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []);
}

/** Layers of an image, newest first. */
export function imageHistory(
  engine: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<readonly ImageLayer[]> {
  return engine.json({ path: `/images/${imagePath(reference)}/history`, signal });
}

/** Takes a reference from an image, and the image away with its last one; one in use or gone is left as it is. */
export async function removeImage(
  engine: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<void> {
  await ignoring(
    [404, 409],
    engine.call({ method: "DELETE", path: `/images/${imagePath(reference)}`, signal }),
  );
}

/** Networks that fit the filters. */
export function listNetworks(
  engine: EngineClient,
  filters: Filters,
  signal?: AbortSignal,
): Promise<readonly NetworkSummary[]> {
  return engine.json({ path: "/networks", query: { filters: JSON.stringify(filters) }, signal });
}

/** Removes a network; false when something is still on it. */
export async function removeNetwork(
  engine: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return removed(engine.call({ method: "DELETE", path: `/networks/${encodeURIComponent(id)}`, signal }));
}

/** Volumes that fit the filters. */
export async function listVolumes(
  engine: EngineClient,
  filters: Filters,
  signal?: AbortSignal,
): Promise<readonly VolumeSummary[]> {
  const result = await engine.json<{ Volumes: readonly VolumeSummary[] | null }>({
    path: "/volumes",
    query: { filters: JSON.stringify(filters) },
    signal,
  });
  return result.Volumes ?? [];
}

/** Removes a volume and all data in it; false when a container still has it. */
export async function removeVolume(
  engine: EngineClient,
  name: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return removed(engine.call({ method: "DELETE", path: `/volumes/${encodeURIComponent(name)}`, signal }));
}

async function removed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    if (error.status === 404) return true;
    if (error.status === 403 || error.status === 409) return false;
    throw error;
  }
}

/** A reference has slashes that belong to the path; everything else is encoded. */
function imagePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}
