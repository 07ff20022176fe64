import { createHash } from "node:crypto";
import { setRoute } from "@gantry/runtime";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { ParcelCache } from "../parcels/cache.ts";
import { type Parcel, parseTrackingNumber } from "../parcels/parcel.ts";
import { createParcel, findParcel, listParcels } from "../parcels/repository.ts";
import { isUnavailable } from "./availability.ts";
import { addEventStream, type LiveTools } from "./live-routes.ts";
import { countRequest } from "./rate-limit.ts";
import { cookieFrom, cookieHeader, type Session, type Sessions } from "./sessions.ts";

/** What the API works with. */
export interface ApiTools extends LiveTools {
  readonly cache: ParcelCache;
  readonly cacheRedis: Redis;
  readonly prefix: string;
  readonly sessions: Sessions;
  readonly rateLimit: number;
  readonly version: string;
  /** Starts the journey of a new parcel. */
  readonly queueFirstStep: (parcel: Parcel) => Promise<void>;
}

const text = (longest: number): z.ZodString => z.string().trim().min(1, "must not be empty").max(longest);
const newParcel = z.object({ sender: text(80), recipient: text(80), description: text(200) });
const newSession = z.object({ name: text(60) });
const page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.string().optional(),
  mine: z.literal("1").optional(),
});

/** The API as a Fastify application. */
export function createApp(tools: ApiTools): FastifyInstance {
  const app = fastify({
    logger: false,
    // nginx and whatever stands before it is in a private network; nobody else may name the client's address.
    trustProxy: ["loopback", "linklocal", "uniquelocal"],
    bodyLimit: 64 * 1_024,
  });
  app.addHook("onRequest", async (request) => setRoute(request.routeOptions.url ?? "other"));
  app.addHook("preHandler", (request, reply) => limitWrites(request, reply, tools));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof z.ZodError) return reply.code(400).send(invalidInput(error));
    const unavailable = isUnavailable(error);
    const status = unavailable ? 503 : (error.statusCode ?? 500);
    if (status >= 500) tools.onError(error);
    if (unavailable) reply.header("retry-after", 1);
    return reply.code(status).send({ error: textOf(status, error) });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "not found" }));
  app.get("/api", async () => ({ service: "parcel", version: tools.version }));
  addSessionRoutes(app, tools);
  addParcelRoutes(app, tools);
  addEventStream(app, tools);
  return app;
}

function textOf(status: number, error: Error): string {
  if (status === 503) return "the service does not work at the moment: try again soon";
  // What went wrong inside is nobody's business.
  return status >= 500 ? "internal error" : error.message;
}

function addSessionRoutes(app: FastifyInstance, { sessions }: ApiTools): void {
  app.post("/api/session", async (request, reply) => {
    const session = newSession.parse(request.body);
    reply.header("set-cookie", cookieHeader(await sessions.start(session), request.protocol === "https"));
    return reply.code(201).send(session);
  });
  app.get("/api/session", async (request, reply) => {
    reply.header("cache-control", "no-store");
    return (await sessionOf(request, sessions)) ?? { name: null };
  });
  app.delete("/api/session", async (request, reply) => {
    await sessions.end(cookieFrom(request.headers.cookie));
    return reply
      .header("set-cookie", cookieHeader("", request.protocol === "https"))
      .code(204)
      .send();
  });
}

function addParcelRoutes(app: FastifyInstance, tools: ApiTools): void {
  const { database, sessions } = tools;
  app.post("/api/parcels", async (request, reply) => {
    const input = newParcel.parse(request.body);
    const session = await sessionOf(request, sessions);
    const parcel = await createParcel(database, { ...input, createdBy: session?.name ?? null });
    // The parcel is stored: when the queue does not answer, the scheduler starts its journey later.
    await tools.queueFirstStep(parcel).catch(tools.onError);
    return reply.code(201).header("location", `/api/parcels/${parcel.number}`).send(parcel);
  });
  app.get("/api/parcels", async (request, reply) => {
    const { limit, before, mine } = page.parse(request.query);
    const session = mine && (await sessionOf(request, sessions));
    if (mine && !session) return reply.code(401).send({ error: "log in to see your own parcels" });
    const parcels = await listParcels(database, {
      limit,
      before,
      createdBy: session ? session.name : undefined,
    });
    return reply.header("cache-control", "no-store").send({ parcels });
  });
  app.get<{ Params: { number: string } }>("/api/parcels/:number", async (request, reply) => {
    const number = parseTrackingNumber(request.params.number);
    const { parcel, hit } =
      number === undefined
        ? { parcel: undefined, hit: false }
        : await tools.cache.read(number, () => findParcel(database, number));
    if (parcel === undefined) return reply.code(404).send({ error: "no parcel has this number" });
    const body = JSON.stringify(parcel);
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    // "no-cache" means: keep it, and ask whether it is still good.
    reply.headers({ etag, "cache-control": "private, no-cache", "x-cache": hit ? "hit" : "miss" });
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    return reply.type("application/json").send(body);
  });
}

async function sessionOf(request: FastifyRequest, sessions: Sessions): Promise<Session | undefined> {
  return sessions.find(cookieFrom(request.headers.cookie));
}

async function limitWrites(request: FastifyRequest, reply: FastifyReply, tools: ApiTools): Promise<void> {
  if (request.method === "GET" || request.method === "HEAD") return;
  const allowance = await countRequest(tools.cacheRedis, tools.prefix, request.ip, tools.rateLimit).catch(
    (error: unknown) => {
      // Without Redis nobody can count: letting requests through is the smaller evil.
      tools.onError(error);
      return undefined;
    },
  );
  if (allowance === undefined) return;
  reply.headers({ "ratelimit-limit": allowance.limit, "ratelimit-remaining": allowance.remaining });
  if (allowance.allowed) return;
  reply.header("retry-after", allowance.resetSeconds);
  await reply.code(429).send({ error: `too many requests: try again in ${allowance.resetSeconds} seconds` });
}

function invalidInput(error: z.ZodError): object {
  return {
    error: "the input is not valid",
    problems: error.issues.map(({ path, message }) => ({ field: path.join("."), message })),
  };
}
