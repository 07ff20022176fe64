import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describeUnknown } from "../base/errors.ts";
import { addressText, type EngineAddress } from "./connection.ts";
import { Wire, type WireRequest } from "./http.ts";

/** Newest API that this client was written against (Docker 28); older engines are spoken to in their own. */
const newestApi = "1.48";

/** Oldest API with health checks that have a start interval: Docker 25. */
export const oldestApi = "1.44";

/** How long an engine may take for its first word: a machine that is asleep takes connections and never answers. */
const patienceMs = 20_000;

/** The engine answered with an error. Translated for people in `translate.ts`. */
export class EngineFailure extends Error {
  readonly status: number;
  readonly request: string;

  constructor(status: number, message: string, request: string) {
    super(message);
    this.name = "EngineFailure";
    this.status = status;
    this.request = request;
  }
}

/** The engine could not be reached, or the connection broke. */
export class ConnectionFailure extends Error {
  readonly address: EngineAddress;
  /** Such as `ENOENT`, `EACCES`, `ECONNREFUSED`. */
  readonly reason: string;

  constructor(address: EngineAddress, cause: unknown) {
    super(`cannot talk to ${addressText(address)}`, { cause });
    this.name = "ConnectionFailure";
    this.address = address;
    this.reason = (cause as { code?: string }).code ?? describeUnknown(cause);
  }
}

/** The engine speaks only APIs older than {@link oldestApi}. */
export class TooOldFailure extends Error {
  readonly version: string;
  readonly api: string;

  constructor(version: string, api: string) {
    super(`engine ${version} is too old`);
    this.name = "TooOldFailure";
    this.version = version;
    this.api = api;
  }
}

/** A request to the engine. */
export interface EngineRequest {
  readonly method?: "GET" | "POST" | "DELETE" | "PUT" | "HEAD";
  /** Below the version, with a leading slash; parts already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, as a tar archive. */
  readonly archive?: Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** A connection to one engine: versions agreed, sockets kept open, closed with `await using`. */
export class EngineClient implements AsyncDisposable {
  readonly address: EngineAddress;
  /** API version that both sides speak. */
  readonly api: string;
  readonly #wire: Wire;

  private constructor(address: EngineAddress, api: string, wire: Wire) {
    this.address = address;
    this.api = api;
    this.#wire = wire;
  }

  /** Connects and agrees on a version; rejects with a failure of this file. */
  static async connect(address: EngineAddress, signal?: AbortSignal): Promise<EngineClient> {
    const wire = await Wire.to(address);
    const patience = AbortSignal.timeout(patienceMs);
    try {
      const probe = new EngineClient(address, "", wire);
      const response = await probe.#send({
        path: "/_ping",
        signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      });
      await buffer(response);
      const theirs = String(response.headers["api-version"] ?? "0");
      if (compareVersions(theirs, oldestApi) < 0) {
        const version = await probe.json<{ Version?: string }>({ path: "/version", signal });
        throw new TooOldFailure(version.Version ?? "of unknown version", theirs);
      }
      return new EngineClient(address, compareVersions(theirs, newestApi) < 0 ? theirs : newestApi, wire);
    } catch (error) {
      wire.close();
      if (patience.aborted && signal?.aborted !== true)
        throw new ConnectionFailure(
          address,
          new Error(`it took the connection and said nothing for ${patienceMs / 1000} s`),
        );
      throw error;
    }
  }

  /** The answer as JSON; `undefined` for an empty one. */
  async json<T>(request: EngineRequest): Promise<T> {
    const text = await this.#read(request, await this.#send(request));
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Sends, and waits until the whole answer has arrived. Resolves with its status (304 when nothing had to change). */
  async call(request: EngineRequest): Promise<number> {
    const response = await this.#send(request);
    await this.#read(request, response);
    return response.statusCode ?? 0;
  }

  /** The answer's body as it comes; ends on abort with an error. */
  async stream(request: EngineRequest): Promise<{ readonly body: Readable; readonly contentType: string }> {
    const body = await this.#send(request);
    return { body, contentType: body.headers["content-type"] ?? "" };
  }

  /** Sends, and then `input` over the same connection; what comes back, until the other side ends it. */
  async converse(request: EngineRequest, input: Buffer): Promise<Readable> {
    const answer = await this.#try(request, () => this.#wire.upgrade(this.#onWire(request)));
    if ("response" in answer) throw await this.#failure(request, answer.response);
    answer.socket.end(input);
    return answer.socket;
  }

  async #send(request: EngineRequest): Promise<IncomingMessage> {
    const response = await this.#try(request, () => this.#wire.send(this.#onWire(request)));
    if ((response.statusCode ?? 0) < 400) return response;
    throw await this.#failure(request, response);
  }

  async #read(request: EngineRequest, response: IncomingMessage): Promise<string> {
    return (await this.#try(request, () => buffer(response))).toString("utf8");
  }

  async #failure(request: EngineRequest, response: IncomingMessage): Promise<EngineFailure> {
    const message = messageOf(await this.#read(request, response));
    return new EngineFailure(response.statusCode ?? 0, message, `${request.method ?? "GET"} ${request.path}`);
  }

  /** What goes wrong on the way is the connection's fault, unless the caller ended it. */
  async #try<T>({ signal }: EngineRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw new ConnectionFailure(this.address, error);
    }
  }

  #onWire({ method = "GET", path, query, body, archive, signal }: EngineRequest): WireRequest {
    return {
      method,
      path: `${this.api === "" ? "" : `/v${this.api}`}${path}${queryText(query)}`,
      signal,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      ...(archive === undefined ? {} : { body: archive, headers: { "content-type": "application/x-tar" } }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.close();
  }
}

/** Negative, zero or positive, as `1.44` is older than, the same as or newer than the other. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function queryText(query: EngineRequest["query"]): string {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries)}`;
}

function messageOf(text: string): string {
  try {
    const parsed = JSON.parse(text) as { message?: string };
    return parsed.message ?? text;
  } catch {
    return text.trim();
  }
}
