import type { Server, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { WebSocketServer } from "ws";
import type { Database } from "../database/pool.ts";
import type { LiveEvents } from "../parcels/live.ts";
import { type ParcelEvent, parseTrackingNumber } from "../parcels/parcel.ts";
import { eventsAfter, findParcel } from "../parcels/repository.ts";

/** What the live routes work with. */
export interface LiveTools {
  readonly database: Database;
  readonly live: LiveEvents;
  readonly trackStream: (response: ServerResponse) => void;
  readonly onError: (error: unknown) => void;
}

const keepAliveMilliseconds = 20_000;

/** `GET /api/parcels/:number/events`: the events of a parcel, those before and those to come, as an event stream. */
export function addEventStream(app: FastifyInstance, tools: LiveTools): void {
  app.get<{ Params: { number: string } }>("/api/parcels/:number/events", async (request, reply) => {
    const number = parseTrackingNumber(request.params.number);
    if (number === undefined || (await findParcel(tools.database, number)) === undefined) {
      return reply.code(404).send({ error: "no parcel has this number" });
    }
    reply.hijack();
    reply.raw.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      // nginx would otherwise hold events back until its buffer is full.
      "x-accel-buffering": "no",
    });
    tools.trackStream(reply.raw);
    followParcel(reply.raw, number, Number(request.headers["last-event-id"] ?? 0) || 0, tools);
  });
}

function followParcel(response: ServerResponse, number: string, lastSeen: number, tools: LiveTools): void {
  let lastSent = lastSeen;
  let reading: Promise<void> = Promise.resolve();
  const send = (event: ParcelEvent): void => {
    if (event.id <= lastSent || response.writableEnded) return;
    lastSent = event.id;
    response.write(`id: ${event.id}\nevent: parcel\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const catchUp = (): void => {
    // One after the other: two readings side by side could send a late event before an early one.
    reading = reading
      .then(async () => {
        for (const event of await eventsAfter(tools.database, number, lastSent)) send(event);
      })
      .catch(tools.onError);
  };
  const unsubscribe = tools.live.subscribe((message) => {
    // Reading also for an event that is at hand: one before it may still be on its way from the database.
    if (message.kind === "gap" || message.event.number === number) catchUp();
  });
  const comment = setInterval(() => response.write(": still here\n\n"), keepAliveMilliseconds);
  response.once("close", () => {
    unsubscribe();
    clearInterval(comment);
  });
  response.write("retry: 1000\n\n");
  catchUp();
}

/** A WebSocket at `/api/live` that gets every event of every parcel. */
export function createLiveSocket(live: LiveEvents): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024 });
  live.subscribe((message) => {
    const text = JSON.stringify(message);
    for (const client of sockets.clients) if (client.readyState === client.OPEN) client.send(text);
  });
  return sockets;
}

/** Lets `sockets` answer upgrades to `/api/live`; any other upgrade is refused. */
export function attachLiveSocket(server: Server, sockets: WebSocketServer): void {
  server.on("upgrade", (request, socket, head) => {
    if (request.url?.split("?", 1)[0] !== "/api/live") {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      const ping = setInterval(() => client.ping(), keepAliveMilliseconds);
      client.once("close", () => clearInterval(ping));
      client.send(JSON.stringify({ kind: "hello" }));
    });
  });
}
