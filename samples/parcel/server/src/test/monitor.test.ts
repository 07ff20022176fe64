import assert from "node:assert/strict";
import { test } from "node:test";
import { createMonitor } from "../monitor/app.ts";
import { recordHistory } from "../monitor/history.ts";
import { openQueue, queueNames } from "../queue/queues.ts";
import { openEnvironment } from "./environment.ts";

test("the monitor shows queues and history to those who know the password, and nothing to others", async () => {
  await using environment = await openEnvironment();
  const { database, queueRedis, namespace } = environment;
  const queues = Object.values(queueNames).map((name) =>
    openQueue(name, queueRedis, namespace, environment.onError),
  );
  const app = await createMonitor({ database, queues, password: "a long password" });
  try {
    for (const queue of queues) await recordHistory(database, queue);
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
    const get = (url: string, authorization?: string) =>
      app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
    const addresses = ["/monitor", "/monitor/history", "/monitor/history.json", "/monitor/api/queues"];
    for (const address of addresses) {
      const wrong = [
        undefined,
        basic("monitor:wrong"),
        basic("monitor:"),
        basic("other:a long password"),
        "Basic",
      ];
      for (const authorization of wrong) assert.equal((await get(address, authorization)).statusCode, 401);
      assert.equal((await get(address, basic("monitor:a long password"))).statusCode, 200, address);
    }
    const page = await get("/monitor", basic("monitor:a long password"));
    assert.match(page.body, /<base href="\/monitor\/"/);
    const history = await get("/monitor/history", basic("monitor:a long password"));
    assert.match(history.body, /<td>parcels<\/td>/);
  } finally {
    await app.close();
    for (const queue of queues) await queue.close();
  }
});
