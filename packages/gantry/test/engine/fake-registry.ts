import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on loopback for as long as a test runs. */
export interface FakeServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** `METHOD /path` of each request, in order. */
  readonly requests: string[];
}

/** Answers a request; the path is without query. */
export type Answerer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** Starts one. */
export async function serve(answer: Answerer): Promise<FakeServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response, new URL(request.url ?? "/", "http://fake"));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
}

/** Digest of a text. */
export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** Manifests and configurations of a repository, by digest and tag, as JSON texts. */
export class Contents {
  readonly manifests: Map<string, string> = new Map();
  readonly blobs: Map<string, string> = new Map();
  readonly tags: Map<string, string> = new Map();

  /** One image; its digest. */
  image(created: string, ...tags: readonly string[]): string {
    const config = JSON.stringify({
      created,
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: [] },
    });
    this.blobs.set(digestOf(config), config);
    return this.put(
      {
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: {
          mediaType: "application/vnd.oci.image.config.v1+json",
          digest: digestOf(config),
          size: config.length,
        },
        layers: [],
      },
      ...tags,
    );
  }

  /** An index of these; its digest. */
  index(children: readonly string[], ...tags: readonly string[]): string {
    return this.put(
      {
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.index.v1+json",
        manifests: children.map((digest) => ({
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest,
          size: this.manifests.get(digest)?.length ?? 2,
        })),
      },
      ...tags,
    );
  }

  put(manifest: object, ...tags: readonly string[]): string {
    const text = JSON.stringify(manifest);
    const digest = digestOf(text);
    this.manifests.set(digest, text);
    for (const tag of tags) this.tags.set(tag, digest);
    return digest;
  }

  remove(digest: string): boolean {
    for (const [tag, of] of this.tags) if (of === digest) this.tags.delete(tag);
    return this.manifests.delete(digest);
  }

  /** Answers as the distribution specification says, tags in pages of two; false when it is no such request. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL, repository: string): boolean {
    const root = `/v2/${repository}/`;
    if (!url.pathname.startsWith(root)) return false;
    const [kind = "", reference = ""] = url.pathname.slice(root.length).split("/");
    const missing = (code: string): void =>
      sendJson(response, 404, { errors: [{ code, message: "unknown" }] });
    if (kind === "tags") {
      const all = [...this.tags.keys()].sort();
      const last = url.searchParams.get("last");
      const from = last === null ? 0 : all.indexOf(last) + 1;
      const page = all.slice(from, from + 2);
      const more = from + 2 < all.length;
      const link = `<${root}tags/list?n=2&last=${page.at(-1)}>; rel="next"`;
      sendJson(response, 200, { name: repository, tags: page }, more ? { link } : {});
    } else if (kind === "manifests") {
      const digest = this.tags.get(reference) ?? reference;
      const text = this.manifests.get(digest);
      if (text === undefined) missing("MANIFEST_UNKNOWN");
      else if (request.method === "DELETE") {
        this.remove(digest);
        response.writeHead(202).end();
      } else sendJson(response, 200, text, { "docker-content-digest": digest });
    } else if (kind === "blobs") {
      const text = this.blobs.get(reference);
      if (text === undefined) missing("BLOB_UNKNOWN");
      else sendJson(response, 200, text);
    } else missing("UNSUPPORTED");
    return true;
  }
}
