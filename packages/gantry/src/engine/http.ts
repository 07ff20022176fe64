import { readFileSync } from "node:fs";
import type http from "node:http";
import type { Duplex } from "node:stream";
import type { EngineAddress } from "./connection.ts";
import { dial, dialCommand } from "./dial.ts";

/** An import would load all that the module can give, `fetch` and WebSockets too: 40 ms of every command. */
const { Agent, request: httpRequest } = process.getBuiltinModule("node:http");

/** How long a machine may take to take a connection. */
const connectMs = 5000;

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** With version and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** The answer to a request that wanted the connection for itself: the connection, or a refusal. */
export type Upgraded = { readonly socket: Duplex } | { readonly response: http.IncomingMessage };

/**
 * Node's own HTTP over whatever leads to an engine, with connections that are kept. No answer has a time limit, since
 * waits, logs and events are silent for as long as nothing happens: callers pass a signal.
 */
export class Wire {
  readonly #request: (options: http.RequestOptions) => http.ClientRequest;
  readonly #agent: http.Agent;

  private constructor(request: (options: http.RequestOptions) => http.ClientRequest, agent: http.Agent) {
    this.#request = request;
    this.#agent = agent;
  }

  static async to(address: EngineAddress): Promise<Wire> {
    const kept = { keepAlive: true };
    if (address.kind === "unix") {
      const agent = new Agent(kept);
      return new Wire((options) => httpRequest({ ...options, agent, socketPath: address.path }), agent);
    }
    if (address.kind === "ssh") {
      const agent = new DialAgent(() => dial(dialCommand(address)), kept);
      return new Wire((options) => httpRequest({ ...options, agent }), agent);
    }
    const place = { host: address.host, port: address.port };
    if (address.tls === undefined) {
      const agent = new Agent(kept);
      return new Wire((options) => httpRequest({ ...options, ...place, agent }), agent);
    }
    // Few engines are reached so, and TLS takes time to load.
    const https = await import("node:https");
    const agent = new https.Agent({
      ...kept,
      ca: readFileSync(address.tls.ca),
      cert: readFileSync(address.tls.cert),
      key: readFileSync(address.tls.key),
      rejectUnauthorized: address.tls.verify,
    });
    return new Wire((options) => https.request({ ...options, ...place, agent }), agent);
  }

  /** Sends; resolves when the head of the answer is there. Its body fails with the signal's reason on abort. */
  async send(request: WireRequest): Promise<http.IncomingMessage> {
    const answer = await this.#begin(request);
    if ("response" in answer) return answer.response;
    answer.socket.destroy();
    throw new Error("the engine wanted to change the protocol");
  }

  /** Sends, and asks for the connection itself. */
  upgrade(request: WireRequest): Promise<Upgraded> {
    const headers = { ...request.headers, connection: "Upgrade", upgrade: "tcp" };
    return this.#begin({ ...request, headers });
  }

  #begin({ signal, body, headers, ...where }: WireRequest): Promise<Upgraded> {
    const { promise, resolve, reject } = Promise.withResolvers<Upgraded>();
    signal?.throwIfAborted();
    const outgoing = this.#request({ ...where, ...(headers === undefined ? {} : { headers }) });
    let open: { destroy(reason?: Error): unknown } = outgoing;
    const abort = (): void => void open.destroy(signal?.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    const over = (): void => signal?.removeEventListener("abort", abort);
    outgoing.once("socket", (socket) => {
      if (!socket.connecting) return;
      const late = (): void =>
        void outgoing.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
      const timer = setTimeout(late, connectMs);
      for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(timer));
    });
    // Stays: what breaks after the answer began is told by the answer's body.
    outgoing.on("error", (error) => {
      over();
      reject(error);
    });
    outgoing.once("response", (response) => {
      open = response;
      // Whoever reads the body is told of it; nobody may be reading.
      response.on("error", () => undefined).once("close", over);
      resolve({ response });
    });
    outgoing.once("upgrade", (_response, socket, head) => {
      open = socket;
      socket.once("close", over);
      if (head.length > 0) socket.unshift(head);
      resolve({ socket });
    });
    outgoing.end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Connections through programs. Node keeps sockets; a program's streams know nothing of what only a network has. */
class DialAgent extends Agent {
  readonly #dial: () => Duplex;

  constructor(dial: () => Duplex, options: http.AgentOptions) {
    super(options);
    this.#dial = dial;
  }

  override createConnection(): Duplex {
    const nothing = function (this: Duplex): Duplex {
      return this;
    };
    return Object.assign(this.#dial(), {
      setKeepAlive: nothing,
      setNoDelay: nothing,
      setTimeout: nothing,
      ref: nothing,
      unref: nothing,
    });
  }
}
