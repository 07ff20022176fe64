import type { EngineClient } from "./client.ts";

/**
 * The archive of an image as `docker save` writes it, as a stream; for `readImageArchive`. Rejects with an
 * `EngineFailure` of status 404 when the engine has no such image.
 */
export async function imageArchive(
  engine: EngineClient,
  reference: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await engine.stream({ path: "/images/get", query: { names: reference }, signal });
  return body;
}
