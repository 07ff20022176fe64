import { ByteReader } from "./bytes.ts";
import { decompressed, isCompressed } from "./compression.ts";
import { historySource } from "./history.ts";
import { type KeepText, readLayer } from "./layer.ts";
import type {
  HistoryEntry,
  InspectedConfig,
  InspectedFile,
  InspectedImage,
  InspectedLayer,
} from "./model.ts";
import { readTar } from "./tar.ts";

/** Why an archive could not be read. */
export class ImageArchiveError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ImageArchiveError";
  }
}

/** What a caller knows of an image beside its bytes. */
export interface ImageContext {
  /** As the user named it. */
  readonly reference: string;
  readonly keepText: KeepText;
  readonly declared?: InspectedImage["declared"];
  readonly budget?: number | undefined;
}

const block = 512;
const largestJson = 16 * 1024 * 1024;

/**
 * Reads an image from the archive that `docker save`, the Engine's API (`GET /images/NAME/get`) or an OCI layout in a
 * tar gives, in one pass and without writing anything: docker's own and OCI's form, layers plain, gzip or zstd. The
 * archive must hold one image; of several platforms the first is taken.
 */
export async function readImageArchive(
  bytes: AsyncIterable<Uint8Array>,
  context: ImageContext,
): Promise<InspectedImage> {
  const documents = new Map<string, unknown>();
  const layers = new Map<string, readonly InspectedFile[]>();
  const links = new Map<string, string>();
  const unreadable = new Map<string, unknown>();
  await readTar(new ByteReader(bytes), async (entry, content) => {
    if (entry.type === "2" || entry.type === "1") {
      const folder = entry.path.slice(0, entry.path.lastIndexOf("/") + 1);
      links.set(entry.path, entry.type === "1" ? entry.link : normal(`${folder}${entry.link}`));
    }
    if (entry.size === 0) return;
    const inner = new ByteReader(content());
    const head = await inner.peek(block);
    const isTar = Buffer.from(head.subarray(257, 262)).toString("latin1") === "ustar";
    if (!isTar && (head[0] === 0x7b || head[0] === 0x5b)) {
      if (entry.size > largestJson) return;
      const document = parsed(Buffer.from(await inner.take(entry.size)).toString("utf8"));
      if (document !== undefined) documents.set(entry.path, document);
      return;
    }
    if (!isTar && !isCompressed(head)) return;
    const layer = new ByteReader(decompressed(head, rest(inner)));
    try {
      layers.set(entry.path, await readLayer(layer, context.keepText));
      // A decompressor reads ahead: nothing may be left to it when the next entry begins.
      await layer.skip(Number.MAX_SAFE_INTEGER);
    } catch (error) {
      // It matters only when the image names it as a layer.
      unreadable.set(entry.path, error);
    }
  });
  const found = manifestOf(documents);
  const settings = documents.get(found.config);
  if (!isObject(settings)) throw new ImageArchiveError("the archive has no settings of an image");
  const history = historyOf(settings);
  const made = history.flatMap((entry, index) => (entry.empty ? [] : [index]));
  const list: InspectedLayer[] = found.layers.map((path, index) => {
    const files = layers.get(path) ?? layers.get(links.get(path) ?? "");
    if (files === undefined) {
      const cause = unreadable.get(path);
      throw new ImageArchiveError(
        `layer ${path} ${cause === undefined ? "is not in the archive" : `cannot be read: ${String(cause)}`}`,
      );
    }
    return {
      digest: digestOf(path, settings, index),
      // Layers of a base that was imported come without a history, and they are the lowest.
      history:
        made.length <= found.layers.length ? (made[index - found.layers.length + made.length] ?? -1) : -1,
      size: files.reduce((sum, file) => sum + file.size, 0),
      files,
    };
  });
  return {
    reference: context.reference,
    config: configOf(settings),
    history,
    layers: list,
    size: list.reduce((sum, layer) => sum + layer.size, 0),
    source: historySource(context.reference, history),
    declared: context.declared,
    budget: context.budget,
  };
}

async function* rest(reader: ByteReader): AsyncGenerator<Uint8Array> {
  yield* reader.portions(Number.MAX_SAFE_INTEGER);
}

interface Manifest {
  readonly config: string;
  readonly layers: readonly string[];
}

/** Docker's `manifest.json`, or the first image that OCI's `index.json` leads to. */
function manifestOf(documents: ReadonlyMap<string, unknown>): Manifest {
  const docker = documents.get("manifest.json");
  if (Array.isArray(docker) && isObject(docker[0])) {
    const { Config, Layers } = docker[0] as { Config?: unknown; Layers?: unknown };
    if (typeof Config === "string" && Array.isArray(Layers))
      return { config: Config, layers: Layers.map(String) };
  }
  const pending: unknown[] = [documents.get("index.json")];
  for (let steps = 0; pending.length > 0 && steps < 100; steps++) {
    const document = pending.shift();
    if (!isObject(document)) continue;
    if (isObject(document["config"]) && Array.isArray(document["layers"])) {
      const config = blobPath(document["config"]);
      const layers = document["layers"].map(blobPath);
      // An attestation looks like an image, but its layers are documents.
      if (
        config !== undefined &&
        documents.has(config) &&
        layers.every((path) => path !== undefined && !documents.has(path))
      ) {
        return { config, layers: layers.filter((path) => path !== undefined) };
      }
    }
    for (const child of Array.isArray(document["manifests"]) ? document["manifests"] : []) {
      const path = blobPath(child);
      if (path !== undefined) pending.push(documents.get(path));
    }
  }
  throw new ImageArchiveError("the archive holds no image: neither manifest.json nor index.json lead to one");
}

function blobPath(descriptor: unknown): string | undefined {
  const digest = isObject(descriptor) ? descriptor["digest"] : undefined;
  return typeof digest === "string" ? `blobs/${digest.replace(":", "/")}` : undefined;
}

function digestOf(path: string, settings: Readonly<Record<string, unknown>>, index: number): string {
  const rootfs = settings["rootfs"];
  const ids = isObject(rootfs) ? rootfs["diff_ids"] : undefined;
  return Array.isArray(ids) && typeof ids[index] === "string" ? ids[index] : path;
}

function historyOf(settings: Readonly<Record<string, unknown>>): readonly HistoryEntry[] {
  const history = settings["history"];
  if (!Array.isArray(history)) return [];
  return history.filter(isObject).map((entry) => ({
    createdBy: typeof entry["created_by"] === "string" ? entry["created_by"] : "",
    empty: entry["empty_layer"] === true,
  }));
}

function configOf(settings: Readonly<Record<string, unknown>>): InspectedConfig {
  const config = isObject(settings["config"]) ? settings["config"] : {};
  const health = isObject(config["Healthcheck"]) ? config["Healthcheck"]["Test"] : undefined;
  return {
    user: textIn(config["User"]),
    workdir: textIn(config["WorkingDir"]),
    env: new Map(textsIn(config["Env"]).map((entry) => cut(entry))),
    cmd: textsIn(config["Cmd"]),
    entrypoint: textsIn(config["Entrypoint"]),
    exposed: keysOf(config["ExposedPorts"]),
    volumes: keysOf(config["Volumes"]),
    labels: new Map(
      Object.entries(isObject(config["Labels"]) ? config["Labels"] : {}).map(([name, value]) => [
        name,
        String(value),
      ]),
    ),
    healthcheck: Array.isArray(health) ? textsIn(health) : undefined,
    stopSignal: typeof config["StopSignal"] === "string" ? config["StopSignal"] : undefined,
  };
}

function cut(entry: string): [string, string] {
  const equals = entry.indexOf("=");
  return equals === -1 ? [entry, ""] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function keysOf(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value).sort() : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `a/../b` without the detour. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
