import type { EngineClient } from "./client.ts";

/** One image of `GET /images/json`. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Size: number;
}

/** All images that have a name or are not part of another. */
export function listImages(engine: EngineClient, signal?: AbortSignal): Promise<readonly ImageSummary[]> {
  return engine.json({ path: "/images/json", signal });
}

/** Drops what was not used for longest from the build cache, until it is no larger than `keepBytes`; bytes that it gave back. */
export async function pruneBuildCache(
  engine: EngineClient,
  keepBytes: number,
  signal?: AbortSignal,
): Promise<number> {
  const { SpaceReclaimed } = await engine.json<{ SpaceReclaimed?: number }>({
    method: "POST",
    path: "/build/prune",
    // Engines from API 1.48 on call it reserved space; they go on taking the old name.
    query: { all: "true", "keep-storage": keepBytes },
    signal,
  });
  return SpaceReclaimed ?? 0;
}
