import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../../testbed/sample.ts";
import { watchSample } from "../../../testbed/watched.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("in dev, the API, the pages and their templates follow the sources", async () => {
  await using watched = await watchSample(folder, {
    name: "ichrisbirch",
    ports: ["API_PORT", "APP_PORT", "POSTGRES_PORT"],
  });
  const get = async (port: string, path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${watched.ports[port]}${path}`)).text();
  assert.doesNotMatch(await get("API_PORT", "/openapi.json"), /edited-api/);
  watched.edit("ichrisbirch/wsgi_api.py", `title="ichrisbirch"`, `title="edited-api"`);
  await until(
    () => get("API_PORT", "/openapi.json"),
    (text) => text.includes("edited-api"),
  );
  assert.match(await get("APP_PORT", "/"), /<h1>Tasks/);
  watched.edit("ichrisbirch/templates/tasks.html", "<h1>Tasks", "<h1>Edited tasks");
  await until(
    () => get("APP_PORT", "/"),
    (text) => text.includes("<h1>Edited tasks"),
  );
});
