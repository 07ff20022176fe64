import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../../testbed/sample.ts";
import { watchSample } from "../../../testbed/watched.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("in dev, an edited backend answers without a rebuild", async () => {
  await using watched = await watchSample(folder, {
    name: "ktrdr",
    ports: ["BACKEND_PORT", "RESEARCH_PORT"],
  });
  const health = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${watched.ports["BACKEND_PORT"]}/api/health`)).text();
  assert.match(await health(), /1\.0\.5\.5/);
  watched.edit("backend/ktrdr/__init__.py", "1.0.5.5", "1.0.6-edited");
  await until(health, (text) => text.includes("1.0.6-edited"));
});
