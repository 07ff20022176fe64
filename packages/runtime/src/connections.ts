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
  /** Cuts what is open without an answer in the making: WebSockets, and requests that never became whole. */
  cutRest(): void;
  /** What is open now, in words: `GET /slow`. Without query strings, which may hold secrets. */
  inFlight(): readonly string[];
}

/**
 * Browsers open connections before they have anything to ask. Node takes those for busy, and would wait for them; a
 * request may be on its way on one of them, which is what this moment is for.
 */
const silentMilliseconds = 100;

/** Follows what is open on `server`, from now on. */
export function trackConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  const answers = new Map<ServerResponse, { readonly socket: Socket; readonly name: string }>();
  let upgradedCount = 0;
  let closing = false;
  let draining = false;

  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // First in line, so that the header is set before any handler can send its own.
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    answers.set(response, { socket: request.socket, name: `${request.method} ${pathOf(request)}` });
    if (closing) response.setHeader("connection", "close");
    response.once("close", () => {
      answers.delete(response);
      // An answer whose headers had left before the shutdown began keeps its connection open: nobody else closes it.
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.prependListener("upgrade", (_request: IncomingMessage, socket: Socket) => {
    upgradedCount += 1;
    socket.once("close", () => {
      upgradedCount -= 1;
    });
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
      const silent = setTimeout(() => {
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      }, silentMilliseconds);
      // The callback's only error is "not running", which is what is wanted.
      server.close(() => {
        clearTimeout(silent);
        resolve();
      });
      server.closeIdleConnections();
      return promise;
    },
    cutRest: () => {
      const busy = new Set(answers.values().map(({ socket }) => socket));
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
    },
    inFlight: () => [
      ...answers.values().map(({ name }) => name),
      ...Array.from({ length: upgradedCount }, () => "an upgraded connection"),
    ],
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}
