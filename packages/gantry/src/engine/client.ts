import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { Duplex, Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import { describeUnknown } from "../base/errors.ts";
import { addressText, type EngineAddress } from "./connection.ts";
import { dial, dialCommand } from "./dial.ts";
import type { Command } from "./process.ts";

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
  readonly #dispatcher: Dispatcher;

  private constructor(address: EngineAddress, api: string, dispatcher: Dispatcher) {
    this.address = address;
    this.api = api;
    this.#dispatcher = dispatcher;
  }

  /** Connects and agrees on a version; rejects with a failure of this file. */
  static async connect(address: EngineAddress, signal?: AbortSignal): Promise<EngineClient> {
    const dispatcher = makeDispatcher(address);
    const patience = AbortSignal.timeout(patienceMs);
    try {
      const probe = new EngineClient(address, "", dispatcher);
      const response = await probe.#send({
        path: "/_ping",
        signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      });
      await response.body.dump();
      const theirs = String(response.headers["api-version"] ?? "0");
      if (compareVersions(theirs, oldestApi) < 0) {
        const version = await probe.json<{ Version?: string }>({ path: "/version", signal });
        throw new TooOldFailure(version.Version ?? "of unknown version", theirs);
      }
      return new EngineClient(
        address,
        compareVersions(theirs, newestApi) < 0 ? theirs : newestApi,
        dispatcher,
      );
    } catch (error) {
      await dispatcher.destroy();
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
    const { body } = await this.#send(request);
    const text = await body.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Sends, and waits until the whole answer has arrived. Resolves with its status (304 when nothing had to change). */
  async call(request: EngineRequest): Promise<number> {
    const { statusCode, body } = await this.#send(request);
    await body.dump();
    return statusCode;
  }

  /** The answer's body as it comes; ends on abort with an error. */
  async stream(request: EngineRequest): Promise<{ readonly body: Readable; readonly contentType: string }> {
    const { body, headers } = await this.#send(request);
    return { body, contentType: String(headers["content-type"] ?? "") };
  }

  /** Sends, then `input` over the connection that both sides go on using; what comes back, until the other side ends it. */
  async converse(request: EngineRequest, input: Buffer): Promise<Readable> {
    const options = this.#options(request);
    let socket: Duplex;
    try {
      ({ socket } = await this.#dispatcher.upgrade({ ...options, protocol: "tcp" }));
    } catch (error) {
      request.signal?.throwIfAborted();
      throw new ConnectionFailure(this.address, error);
    }
    const abort = (): void => void socket.destroy(request.signal?.reason as Error);
    request.signal?.addEventListener("abort", abort, { once: true });
    socket.once("close", () => request.signal?.removeEventListener("abort", abort));
    socket.write(input);
    return socket;
  }

  async #send(request: EngineRequest): Promise<Dispatcher.ResponseData> {
    const options = this.#options(request);
    let response: Dispatcher.ResponseData;
    try {
      response = await this.#dispatcher.request(options);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw new ConnectionFailure(this.address, error);
    }
    if (response.statusCode < 400) return response;
    const text = await response.body.text();
    throw new EngineFailure(response.statusCode, messageOf(text), `${options.method} ${request.path}`);
  }

  #options(request: EngineRequest): Dispatcher.RequestOptions {
    return {
      origin: origin(this.address),
      method: request.method ?? "GET",
      path: `${this.api === "" ? "" : `/v${this.api}`}${request.path}${queryText(request.query)}`,
      signal: request.signal ?? null,
      ...(request.body === undefined
        ? {}
        : { body: JSON.stringify(request.body), headers: { "content-type": "application/json" } }),
      ...(request.archive === undefined
        ? {}
        : { body: request.archive, headers: { "content-type": "application/x-tar" } }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
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

function makeDispatcher(address: EngineAddress): Dispatcher {
  // Waits, logs and events are silent for as long as nothing happens, so no time limit fits; callers pass a signal.
  const limits = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: 5000 };
  if (address.kind === "unix") return new Agent({ ...limits, connect: { socketPath: address.path } });
  if (address.kind === "ssh") return dialling(dialCommand(address), limits);
  if (address.tls === undefined) return new Agent(limits);
  return new Agent({
    ...limits,
    connect: {
      ca: readFileSync(address.tls.ca),
      cert: readFileSync(address.tls.cert),
      key: readFileSync(address.tls.key),
      rejectUnauthorized: address.tls.verify,
    },
  });
}

function dialling(command: Command, limits: Agent.Options): Dispatcher {
  return new Agent({
    ...limits,
    // Undici wants a socket, and uses of it only what every duplex stream has; it does not expect an answer at once.
    connect: (_options, callback) => {
      setImmediate(() => callback(null, dial(command) as Socket));
    },
  });
}

function origin(address: EngineAddress): string {
  if (address.kind !== "tcp") return "http://engine";
  return `${address.tls === undefined ? "http" : "https"}://${address.host}:${address.port}`;
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
