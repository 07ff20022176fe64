import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../../testbed/sample.ts";
import { watchSample } from "../../../testbed/watched.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("in dev, an edited page and an edited service are seen without a rebuild", async () => {
  await using watched = await watchSample(folder, {
    name: "parcel",
    ports: ["EDGE_PORT", "API_PORT", "MONITOR_PORT", "DB_PORT", "QUEUE_PORT", "CACHE_PORT"],
  });
  const { sample, ports } = watched;
  const page = async (): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${ports["EDGE_PORT"]}/`)).text();
  assert.doesNotMatch(await page(), /EDITED PAGE/);
  watched.edit("web/index.html", "<title>Parcel", "<title>EDITED PAGE");
  const last = 'closeLast("the application", () => app.close());\n});\n';
  const said = 'console.log(JSON.stringify({ level: "info", msg: "edited service" }));\n';
  watched.edit("server/src/api.ts", last, `${last}${said}`);
  await until(page, (text) => text.includes("EDITED PAGE"));
  await until(
    async () => (await sample.gantry(["logs", "api"])).out,
    (text) => text.includes("edited service"),
  );
  // Watching is over, and the stack stays up.
  assert.equal(await watched.stopWatching(), 130);
  assert.equal((await fetch(`http://127.0.0.1:${ports["API_PORT"]}/health`)).status, 200);
});
