import { createReadStream } from "node:fs";
import { auditKeepText } from "../check/image/keep.ts";
import type { EngineClient } from "../engine/client.ts";
import { imageArchive } from "../engine/image-archive.ts";
import type { InspectedImage } from "../read/image/model.ts";
import { readImageArchive } from "../read/image/read.ts";

/** An image to look into. */
export interface ImageToInspect {
  /** A name that the engine knows, or the path of an archive (`docker save`, OCI layout) for {@link inspectArchive}. */
  readonly reference: string;
  /** What it should have been built from, for the comparison of both. */
  readonly declared?: InspectedImage["declared"];
  /** Bytes that it may have. */
  readonly budget?: number | undefined;
}

/**
 * Reads an image out of the engine, layer by layer, in one pass and without anything on disk; memory stays with the
 * list of files. Rejects with an `EngineFailure` (404 for an unknown image) or an `ImageArchiveError`.
 */
export async function inspectImage(
  engine: EngineClient,
  image: ImageToInspect,
  signal?: AbortSignal,
): Promise<InspectedImage> {
  return readImageArchive(await imageArchive(engine, image.reference, signal), {
    ...image,
    keepText: auditKeepText,
  });
}

/** The same for an archive on disk, whose path is the reference. */
export function inspectArchive(image: ImageToInspect): Promise<InspectedImage> {
  const bytes = createReadStream(image.reference, { highWaterMark: 1 << 20 });
  return readImageArchive(bytes, { ...image, keepText: auditKeepText });
}
