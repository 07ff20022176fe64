import { createLog, logCrashes, serve } from "@gantry/runtime";
import { openDatabase } from "./database/pool.ts";
import { createMonitor } from "./monitor/app.ts";
import { reportOutages } from "./outages.ts";
import { closeRedis, openQueue, openRedis, queueNames } from "./queue/queues.ts";
import { loadSettings } from "./settings.ts";
import { start } from "./start.ts";

await start("monitor", async () => {
  const { config, secrets } = await loadSettings("monitor");
  const { version, logLevel, namespace } = config;
  const log = createLog({ service: "monitor", version, level: logLevel, secrets });
  logCrashes(log);
  const warn = reportOutages(log);

  const database = openDatabase(config, warn("the database"));
  const connection = openRedis(config.queueUrl, "requests", warn("the queue"));
  const queues = Object.values(queueNames).map((name) =>
    openQueue(name, connection, namespace, warn("the queue")),
  );
  const app = await createMonitor({ database, queues, password: config.monitorPassword });

  const { shutdown } = await serve({
    service: "monitor",
    version,
    ...(config.generation !== undefined && { generation: config.generation }),
    port: config.port,
    log,
    secrets,
    handler: (request, response) => app.routing(request, response),
    checks: [
      { name: "queue", check: () => connection.ping() },
      // Only the history needs it.
      { name: "database", check: () => database.query("SELECT 1"), required: false },
    ],
  });
  shutdown.closeLast("the database", () => database.end());
  shutdown.closeLast("the queue's Redis", () => closeRedis(connection));
  shutdown.closeLast("the queues", () => Promise.all(queues.map((queue) => queue.close())));
  shutdown.closeLast("the application", () => app.close());
});
