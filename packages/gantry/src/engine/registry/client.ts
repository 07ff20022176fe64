import { createHash } from "node:crypto";
import { GantryError } from "../../base/errors.ts";
import type { Login } from "./credentials.ts";
import { nextPage, type WebAnswer, WebClient, type WebPatience } from "./http.ts";
import { registryProblems } from "./problems.ts";

/** What a manifest refers to. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest or an index, as a registry keeps it. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  /** What an index lists; empty for one image. */
  readonly manifests: readonly Descriptor[];
  /** Configuration of one image; `undefined` for an index. */
  readonly config: Descriptor | undefined;
  /** What it says something about: signatures and attestations. */
  readonly subject: Descriptor | undefined;
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** How to reach a registry. */
export interface RegistrySettings {
  readonly host: string;
  readonly login?: Login | undefined;
  readonly signal?: AbortSignal;
  readonly patience?: WebPatience;
}

/** One repository of a registry that speaks the distribution API of OCI. */
export class RegistryClient {
  readonly host: string;
  readonly repository: string;
  readonly #web: WebClient;
  readonly #login: Login | undefined;
  #authorization: string | undefined;

  constructor(settings: RegistrySettings, repository: string) {
    this.host = settings.host;
    this.repository = repository;
    this.#login = settings.login;
    this.#web = new WebClient(settings.host, settings);
  }

  /** All tags; empty when there is no such repository. */
  async tags(): Promise<readonly string[]> {
    const tags: string[] = [];
    let url: URL | undefined = this.#url("tags/list?n=1000");
    while (url !== undefined) {
      const answer = await this.#send("GET", url, "read", {});
      if (answer.status === 404) return [];
      this.#expect(answer, [200], "read");
      // The list of a repository without tags is null with some registries.
      const page: { tags?: readonly string[] | null } = this.#json(answer.body, "its list of tags");
      tags.push(...(page.tags ?? []));
      url = nextPage(answer.headers["link"], url);
    }
    return [...new Set(tags)];
  }

  /** A manifest by tag or digest; `undefined` when it is not there. What does not match its digest is refused. */
  async manifest(reference: string): Promise<Manifest | undefined> {
    const answer = await this.#send("GET", this.#url(`manifests/${reference}`), "read", {
      accept: manifestTypes,
    });
    if (answer.status === 404) return undefined;
    this.#expect(answer, [200], "read");
    const digest = `sha256:${createHash("sha256").update(answer.body).digest("hex")}`;
    const promised = reference.startsWith("sha256:") ? reference : answer.headers["docker-content-digest"];
    if (promised?.startsWith("sha256:") === true && promised !== digest)
      throw new GantryError(
        registryProblems.truncated(
          this.host,
          `${this.repository}:${reference}`,
          `Its ${answer.body.length} bytes have the digest ${digest} instead of ${promised}.`,
        ),
      );
    const parsed = this.#json<Partial<Omit<Manifest, "digest">>>(
      answer.body,
      `${this.repository}:${reference}`,
    );
    return {
      digest,
      mediaType: parsed.mediaType ?? answer.headers["content-type"] ?? "",
      manifests: parsed.manifests ?? [],
      config: parsed.config,
      subject: parsed.subject,
    };
  }

  /** When an image was made, milliseconds since the epoch, from its configuration; `undefined` when that says none. */
  async created(config: Descriptor): Promise<number | undefined> {
    let url: URL = this.#url(`blobs/${config.digest}`);
    let answer = await this.#send("GET", url, "read", {});
    // Storage elsewhere must not get our login.
    for (let hops = 0; [302, 303, 307, 308].includes(answer.status) && hops < 5; hops++) {
      url = new URL(answer.headers["location"] ?? "", url);
      answer = await this.#web.send({ method: "GET", url, headers: {} });
    }
    if (answer.status === 404) return undefined;
    this.#expect(answer, [200], "read");
    if (`sha256:${createHash("sha256").update(answer.body).digest("hex")}` !== config.digest)
      throw new GantryError(
        registryProblems.truncated(this.host, `the configuration ${config.digest}`, "Its digest is another."),
      );
    const { created } = this.#json<{ created?: string }>(answer.body, `the configuration ${config.digest}`);
    const time = Date.parse(created ?? "");
    return Number.isNaN(time) ? undefined : time;
  }

  /** What says something about a manifest: by the interface for it, or by the tag that stands in where there is none. */
  async referrers(digest: string): Promise<readonly Descriptor[]> {
    const answer = await this.#send("GET", this.#url(`referrers/${digest}`), "read", {});
    if (answer.status === 200)
      return (
        this.#json<{ manifests?: readonly Descriptor[] }>(answer.body, `what refers to ${digest}`)
          .manifests ?? []
      );
    if (answer.status !== 404 && answer.status !== 405) this.#expect(answer, [200], "read");
    return (await this.manifest(digest.replace(":", "-")))?.manifests ?? [];
  }

  /** Removes a manifest with all its tags; false when it was gone already. */
  async remove(digest: string): Promise<boolean> {
    const answer = await this.#send("DELETE", this.#url(`manifests/${digest}`), "delete", {});
    if (answer.status === 404) return false;
    if (answer.status === 405 || /UNSUPPORTED/.test(answer.body.toString("utf8")))
      throw new GantryError(registryProblems.deleteDisabled(this.host));
    this.#expect(answer, [200, 202, 204], "delete");
    return true;
  }

  #url(rest: string): URL {
    return new URL(`/v2/${this.repository}/${rest}`, registryOrigin(this.host));
  }

  async #send(
    method: "GET" | "DELETE",
    url: URL,
    action: "read" | "delete",
    headers: Readonly<Record<string, string>>,
  ): Promise<WebAnswer> {
    const send = (): Promise<WebAnswer> =>
      this.#web.send({
        method,
        url,
        headers: {
          ...headers,
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        },
      });
    const first = await send();
    if (first.status !== 401) return first;
    // Tokens run out, and one for reading does not delete: ask for one that fits, once.
    this.#authorization = await this.#authorize(first.headers["www-authenticate"] ?? "", action);
    const second = this.#authorization === undefined ? first : await send();
    if (second.status === 401) this.#expect(second, [], action);
    return second;
  }

  async #authorize(challenge: string, action: "read" | "delete"): Promise<string | undefined> {
    const login = this.#login;
    const basic =
      login === undefined
        ? undefined
        : `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
    const { scheme, parameters } = parseChallenge(challenge);
    if (scheme === "basic") return basic;
    if (scheme !== "bearer" || parameters["realm"] === undefined) return undefined;
    const url = new URL(parameters["realm"]);
    if (parameters["service"] !== undefined) url.searchParams.set("service", parameters["service"]);
    const rights = action === "delete" ? "pull,delete" : "pull";
    url.searchParams.set("scope", parameters["scope"] ?? `repository:${this.repository}:${rights}`);
    const answer = await this.#web.send({
      method: "GET",
      url,
      headers: basic === undefined ? {} : { authorization: basic },
    });
    this.#expect(answer, [200], action);
    const given: { token?: string; access_token?: string } = this.#json(answer.body, "its token");
    const token = given.token ?? given.access_token;
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  #expect(answer: WebAnswer, wanted: readonly number[], action: "read" | "delete"): void {
    if (wanted.includes(answer.status)) return;
    const detail = errorText(answer.body);
    throw new GantryError(
      answer.status === 401 || answer.status === 403
        ? registryProblems.denied(
            this.host,
            this.repository,
            action === "delete" ? "delete from" : "read",
            detail,
          )
        : registryProblems.failed(this.host, answer.status, detail),
    );
  }

  #json<T>(body: Buffer, what: string): T {
    try {
      return JSON.parse(body.toString("utf8")) as T;
    } catch {
      throw new GantryError(
        registryProblems.truncated(this.host, what, `Its ${body.length} bytes are no JSON.`),
      );
    }
  }
}

/** Scheme and address of a registry: TLS, except on loopback, as the engine does it. */
export function registryOrigin(host: string): string {
  const name = host === "docker.io" ? "registry-1.docker.io" : host;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(name);
  return `${local ? "http" : "https"}://${name}`;
}

/** `Bearer realm="…",service="…"`, taken apart. */
export function parseChallenge(text: string): {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
} {
  const scheme = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? "";
  const parameters = [...text.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(
    ([, name, quoted, plain]) => [name as string, quoted ?? plain ?? ""] as const,
  );
  return { scheme, parameters: Object.fromEntries(parameters) };
}

/** What a registry says in its own form of errors. */
export function errorText(body: Buffer): string {
  try {
    const parsed = JSON.parse(body.toString("utf8")) as {
      errors?: readonly { code?: string; message?: string }[];
      message?: string;
    };
    const first = parsed.errors?.[0];
    return first?.message || first?.code || parsed.message || "";
  } catch {
    return "";
  }
}
