import { createLog, logCrashes, serve } from "@gantry/runtime";
import { openDatabase } from "./database/pool.ts";
import { createApp } from "./http/app.ts";
import { attachLiveSocket, createLiveSocket } from "./http/live-routes.ts";
import { createSessions } from "./http/sessions.ts";
import { reportOutages } from "./outages.ts";
import { createParcelCache } from "./parcels/cache.ts";
import { listenToEvents } from "./parcels/live.ts";
import {
  type AdvanceJob,
  closeRedis,
  openQueue,
  openRedis,
  prefixOf,
  queueNames,
  queueNextStep,
} from "./queue/queues.ts";
import { loadSettings } from "./settings.ts";
import { start } from "./start.ts";

await start("api", async () => {
  const { config, secrets } = await loadSettings("api");
  const { version, logLevel, namespace } = config;
  const log = createLog({ service: "api", version, level: logLevel, secrets });
  logCrashes(log);
  const warn = reportOutages(log);

  const database = openDatabase(config, warn("the database"));
  const queueRedis = openRedis(config.queueUrl, "requests", warn("the queue"));
  const cacheRedis = openRedis(config.cacheUrl, "cache", warn("the cache"));
  const prefix = prefixOf(namespace);
  const queue = openQueue<AdvanceJob>(queueNames.parcels, queueRedis, namespace, warn("the queue"));
  const cache = createParcelCache(cacheRedis, prefix, warn("the cache"));
  const live = listenToEvents(config, warn("the live connection to the database"));
  live.subscribe((message) => {
    if (message.kind === "event") void cache.outdate(message.event.number, message.event.id);
  });
  const sockets = createLiveSocket(live);
  const app = createApp({
    database,
    live,
    cache,
    cacheRedis,
    prefix,
    version,
    rateLimit: config.rateLimit,
    sessions: createSessions(queueRedis, prefix, config.sessionKey),
    queueFirstStep: ({ number, status }) => queueNextStep(queue, { number, after: status }),
    trackStream: (response) => service.shutdown.trackStream(response),
    onError: (error) => log.error({ err: error }, "a part of the work failed"),
  });
  await app.ready();

  const service = await serve({
    service: "api",
    version,
    ...(config.generation !== undefined && { generation: config.generation }),
    port: config.port,
    log,
    secrets,
    handler: (request, response) => app.routing(request, response),
    attach: (server) => attachLiveSocket(server, sockets),
    webSockets: [sockets],
    checks: [
      { name: "database", check: () => database.query("SELECT 1") },
      { name: "queue", check: () => queueRedis.ping() },
      // Everything works without the cache, only slower.
      { name: "cache", check: () => cacheRedis.ping(), required: false },
      { name: "live events", check: () => live.connected, required: false },
    ],
  });
  const { closeLast } = service.shutdown;
  closeLast("the database", () => database.end());
  closeLast("the queue's Redis", () => closeRedis(queueRedis));
  closeLast("the cache's Redis", () => closeRedis(cacheRedis));
  closeLast("the queue", () => queue.close());
  closeLast("live events", () => live.close());
  closeLast("the application", () => app.close());
});
