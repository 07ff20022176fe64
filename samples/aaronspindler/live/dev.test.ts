import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../../testbed/sample.ts";
import { watchSample } from "../../../testbed/watched.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("in dev, an edited view of Django answers without a rebuild", async () => {
  const servers = ["POSTGRES", "BROKER", "SESSIONS", "CACHE", "QUESTDB"];
  await using watched = await watchSample(folder, {
    name: "aaronspindler",
    ports: ["WEB", "FLOWER", ...servers].map((name) => `${name}_PORT`),
  });
  const live = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${watched.ports["WEB_PORT"]}/health/live/`)).text();
  assert.match(await live(), /alive/);
  watched.edit("health/views.py", `"status": "alive"`, `"status": "edited"`);
  await until(live, (text) => text.includes("edited"));
});
