import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import { setRoute } from "@gantry/runtime";
import type { Queue } from "bullmq";
import fastify, { type FastifyInstance } from "fastify";
import type { Database } from "../database/pool.ts";
import { sameText } from "../http/sessions.ts";
import { readHistory } from "./history.ts";
import { historyPage } from "./history-page.ts";

/** Where the monitor is to be found. */
export const basePath = "/monitor";

/** Bull Board asks for fonts from elsewhere, which would tell a stranger who looks at which monitor. */
const policy =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** What the monitor works with. */
export interface MonitorTools {
  readonly database: Database;
  readonly queues: readonly Queue[];
  readonly password: string;
}

/** Bull Board and the history, behind a password. */
export async function createMonitor({ database, queues, password }: MonitorTools): Promise<FastifyInstance> {
  const app = fastify({ logger: false });
  const expected = `Basic ${Buffer.from(`monitor:${password}`).toString("base64")}`;
  app.addHook("onRequest", async (request, reply) => {
    setRoute(request.routeOptions.url ?? "other");
    if (sameText(request.headers.authorization ?? "", expected)) return;
    await reply
      .code(401)
      .header("www-authenticate", 'Basic realm="monitor", charset="UTF-8"')
      .send("Unauthorized\n");
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("content-security-policy", policy);
  });
  app.get(`${basePath}/history`, async (_request, reply) =>
    reply.type("text/html").send(historyPage(await readHistory(database, 120))),
  );
  app.get(`${basePath}/history.json`, () => readHistory(database, 1_000));

  const board = new FastifyAdapter();
  board.setBasePath(basePath);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: board,
    options: {
      uiConfig: { boardTitle: "Parcel", miscLinks: [{ text: "History", url: `${basePath}/history` }] },
    },
  });
  await app.register(board.registerPlugin(), { prefix: basePath });
  await app.ready();
  return app;
}
