import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../../testbed/sample.ts";
import { watchSample } from "../../../testbed/watched.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("in dev, an edited handler is compiled in its container and answers; one that does not compile is mended by the next edit", async () => {
  const names = ["APP", "NGINX", "PGADMIN", "POSTGRES", "REDIS", "REDIS_COMMANDER"];
  await using watched = await watchSample(folder, {
    name: "rustboot",
    ports: names.map((name) => `${name}_PORT`),
  });
  const live = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${watched.ports["APP_PORT"]}/health/live`)).text();
  const logs = async (): Promise<string> => (await watched.sample.gantry(["logs", "app"])).out;
  assert.equal(await live(), `{"status":"ok"}`);
  const answer = `Json(json!({ "status": "ok" }))`;
  watched.edit("app/src/health.rs", answer, "no such thing");
  await until(logs, (text) => text.includes("Waiting for a change."));
  assert.match(await logs(), /error[\s\S]*src\/health\.rs/);
  watched.edit("app/src/health.rs", "no such thing", `Json(json!({ "status": "edited" }))`);
  await until(live, (text) => text.includes("edited"));
});
