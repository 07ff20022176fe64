import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebSocketServerLike } from "./connections.ts";
import type { Duration } from "./durations.ts";
import {
  createHealth,
  type Health,
  type HealthCheck,
  type HealthReport,
  healthStatusCode,
} from "./health.ts";
import { createLog, type Log, type LogLevel } from "./logs.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { type RequestContext, requestIdFrom, runInRequest } from "./request-context.ts";
import { describeError, type Secrets } from "./secrets.ts";
import { gracefulShutdown, type Job, type Shutdown } from "./shutdown.ts";

/** Answers requests: a plain function, an Express application, or Fastify's `app.routing`. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Name of the service, in logs and metrics. */
  readonly service: string;
  readonly version?: string;
  readonly generation?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** `0.0.0.0` unless told: inside a container, loopback would answer nobody. */
  readonly host?: string;
  /** What answers requests other than health and metrics; 404 without one. */
  readonly handler?: Handler;
  /** Called before listening, for example to add an `upgrade` listener for WebSockets. */
  readonly attach?: (server: Server) => void;
  /** What readiness asks. */
  readonly checks?: readonly HealthCheck[];
  readonly webSockets?: readonly WebSocketServerLike[];
  readonly jobs?: readonly Job[];
  readonly secrets?: Secrets;
  readonly logLevel?: LogLevel;
  /** A logger of your own in place of the one made from `service`, `logLevel` and `secrets`. */
  readonly log?: Log;
  readonly metrics?: Metrics;
  readonly shutdown?: {
    readonly delay?: Duration;
    readonly timeout?: Duration;
    readonly signals?: readonly NodeJS.Signals[];
    readonly exit?: (code: number) => void;
  };
}

/** A service that listens. */
export interface Service {
  readonly server: Server;
  /** The port that was taken. */
  readonly port: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly shutdown: Shutdown;
}

/**
 * Longer than nginx (60 s) and most load balancers keep an idle connection: the side that sends requests must be the one
 * that closes it, or a request meets a connection that was just closed.
 */
const keepAliveMilliseconds = 75_000;

/**
 * Starts an HTTP server with `/health`, `/health/ready`, `/health/live` and `/metrics`, request ids, one log line a
 * request, and a graceful shutdown. Resolves when it listens.
 * @throws whatever listening threw, such as `EADDRINUSE`.
 */
export async function serve(options: ServeOptions): Promise<Service> {
  const { service, version, secrets } = options;
  const identity = { ...(version !== undefined && { version }), ...(secrets !== undefined && { secrets }) };
  const log =
    options.log ??
    createLog({ service, ...identity, ...(options.logLevel !== undefined && { level: options.logLevel }) });
  const metrics = options.metrics ?? createMetrics({ labels: { service } });
  const health = createHealth({
    ...identity,
    ...(options.generation !== undefined && { generation: options.generation }),
    checks: options.checks ?? [],
  });

  const own = ownRoutes(health, metrics);
  const server = createServer((request, response) => {
    const context: RequestContext = { requestId: requestIdFrom(request.headers["x-request-id"]) };
    response.setHeader("x-request-id", context.requestId);
    runInRequest(context, () => {
      const ownHandler = own.get(pathOf(request));
      observe(request, response, context, { log, metrics, quiet: ownHandler !== undefined });
      void answer(ownHandler ?? options.handler ?? notFound, request, response, log);
    });
  });
  server.keepAliveTimeout = keepAliveMilliseconds;
  server.headersTimeout = keepAliveMilliseconds + 1_000;
  const shutdown = gracefulShutdown({
    server,
    health,
    log,
    jobs: options.jobs ?? [],
    webSockets: options.webSockets ?? [],
    ...options.shutdown,
  });
  options.attach?.(server);

  await listen(server, options.port, options.host ?? "0.0.0.0");
  const { port } = server.address() as AddressInfo;
  log.info({ port }, "listening");
  return { server, port, log, metrics, health, shutdown };
}

function ownRoutes(health: Health, metrics: Metrics): ReadonlyMap<string, Handler> {
  const ready: Handler = async (_request, response) => sendReport(response, await health.ready());
  return new Map<string, Handler>([
    ["/health", ready],
    ["/health/ready", ready],
    ["/health/live", (_request, response) => sendReport(response, health.live())],
    [
      "/metrics",
      async (_request, response) => {
        const text = await metrics.text();
        response.writeHead(200, { "content-type": metrics.contentType }).end(text);
      },
    ],
  ]);
}

function sendReport(response: ServerResponse, report: HealthReport): void {
  sendJson(response, healthStatusCode(report), report);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 404, { error: "not found" });
}

async function answer(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    log.error({ err: error, problem: describeError(error) }, "a request failed");
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: "internal error" });
  }
}

interface Observers {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Probes come every second: they are logged at debug level only. */
  readonly quiet: boolean;
}

function observe(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  { log, metrics, quiet }: Observers,
): void {
  const started = performance.now();
  const finished = metrics.requestStarted();
  response.once("close", () => {
    const milliseconds = performance.now() - started;
    const method = request.method ?? "GET";
    const route = quiet ? pathOf(request) : (context.route ?? expressRoute(request) ?? "other");
    const status = finalStatus(response);
    finished({ method, route, status, seconds: milliseconds / 1_000 });
    const line = {
      requestId: context.requestId,
      method,
      path: pathOf(request),
      status,
      durationMs: Math.round(milliseconds),
    };
    if (quiet) log.debug(line, "request");
    else log.info(line, "request");
  });
}

/** 499 as nginx has it: the client left before the answer was complete. Event streams have no other end. */
function finalStatus(response: ServerResponse): number {
  const endless = response.headersSent && response.getHeader("content-type") === "text/event-stream";
  return response.writableFinished || endless ? response.statusCode : 499;
}

/** Express leaves the route that matched on the request. */
function expressRoute(request: IncomingMessage): string | undefined {
  const { baseUrl = "", route } = request as { baseUrl?: string; route?: { path?: unknown } };
  return typeof route?.path === "string" ? baseUrl + route.path : undefined;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, () => {
    server.off("error", reject);
    resolve();
  });
  await promise;
}
