import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A WebSocket server as the `ws` package has it, as far as it is needed here. */
export interface WebSocketServerLike {
  readonly clients: Iterable<{ close(code?: number, reason?: string): void }>;
}

/** What a server has open, and how to bring it to an end in order. */
export interface Connections {
  /** Says on every answer from now on that the connection ends with it, so that clients come back elsewhere. */
  announceClose(): void;
  /** Stops accepting; resolves when every connection is gone. Requests in flight finish. */
  drain(): Promise<void>;
  /** Cuts connections that were upgraded (WebSockets) and are still open. */
  cutUpgraded(): void;
  /** What is open now, in words: `GET /slow`. Without query strings, which may hold secrets. */
  inFlight(): readonly string[];
}

/** Follows what is open on `server`, from now on. */
export function trackConnections(server: Server): Connections {
  const answers = new Map<ServerResponse, string>();
  const upgraded = new Set<Socket>();
  let closing = false;
  let draining = false;

  // First in line, so that the header is set before any handler can send its own.
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    answers.set(response, `${request.method} ${pathOf(request)}`);
    if (closing) response.setHeader("connection", "close");
    response.once("close", () => {
      answers.delete(response);
      // An answer whose headers had left before the shutdown began keeps its connection open: nobody else closes it.
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.prependListener("upgrade", (_request: IncomingMessage, socket: Socket) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
  });

  return {
    announceClose: () => {
      closing = true;
      for (const response of answers.keys()) {
        if (!response.headersSent) response.setHeader("connection", "close");
      }
    },
    drain: () => {
      draining = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      // The callback's only error is "not running", which is what is wanted.
      server.close(() => resolve());
      server.closeIdleConnections();
      return promise;
    },
    cutUpgraded: () => {
      for (const socket of upgraded) socket.destroy();
    },
    inFlight: () => [...answers.values(), ...[...upgraded].map(() => "an upgraded connection")],
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}
