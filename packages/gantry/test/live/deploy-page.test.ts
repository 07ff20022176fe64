import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startLoad } from "../../../../testbed/load.ts";
import { chunkOf } from "./ship/files.ts";
import { layYard, type Yard } from "./ship/yard.ts";

/** Browsers that load the page anew again and again, and then its chunk over a connection that they have had for long. */
function startVisitors(url: string): {
  stop(): Promise<{ readonly seen: ReadonlySet<string>; readonly wrong: readonly string[] }>;
} {
  const seen = new Set<string>();
  const wrong: string[] = [];
  const stopped = new AbortController();
  const visiting = Array.from({ length: 4 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped.signal.aborted) {
      const version = (await get(url, new Agent())).text.replace("page ", "");
      const chunk = await get(`${url}/assets/lazy-${version}.js`, agent);
      seen.add(version);
      if (chunk.status !== 200 || chunk.text !== chunkOf(version)) wrong.push(`${version}: ${chunk.status}`);
    }
    agent.destroy();
  });
  return {
    async stop() {
      stopped.abort();
      await Promise.all(visiting);
      return { seen, wrong };
    },
  };
}

function get(url: string, agent: Agent): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}

describe("a page behind the gateway", () => {
  let yard: Yard;
  before(async () => {
    yard = await layYard();
    yard.page("v1");
    yard.stack({ gateway: 'site: site({ context: "page" }), routes: { "/orders": "api" }' });
    await yard.sure("deploy");
  });
  after(async () => yard?.[Symbol.asyncDispose]());

  test("is served with its own headers and the gateway's, compressed when it was built", async () => {
    const page = await fetch(`${yard.url}/any/path/of/the/page`);
    assert.equal(await page.text(), "page v1");
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
    assert.match(page.headers.get("x-request-id") ?? "", /^[0-9a-f]{32}$/);
    const asset = await fetch(`${yard.url}/assets/app-1a2b3c4d.js`, {
      headers: { "accept-encoding": "gzip" },
    });
    assert.equal(asset.headers.get("content-encoding"), "gzip");
    assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
    assert.match(asset.headers.get("vary") ?? "", /accept-encoding/i);
    assert.match(await asset.text(), /long enough/);
    const missing = await fetch(`${yard.url}/assets/app-of-yesterday.js`);
    assert.equal(missing.status, 404);
    assert.equal(
      missing.headers.get("cache-control"),
      null,
      "browsers do not keep for a year that it is missing",
    );
    const again = await fetch(`${yard.url}/`, {
      headers: { "if-none-match": page.headers.get("etag") ?? "", connection: "close" },
    });
    assert.equal(again.status, 304);
  });

  test("a new page replaces the old one under load without a gap; the gateway is not touched", async () => {
    const edge = await yard.docker("inspect", "--format", "{{.Id}}", `${yard.name}-production-edge-1`);
    yard.page("v2");
    const plan = await yard.sure("deploy", "--plan");
    assert.match(plan, /edge-site +a new one beside the old, then the old goes; the gateway moves requests/);
    assert.match(plan, /not touched: .*edge, /);
    const visitors = startVisitors(yard.url);
    await using load = startLoad({
      url: yard.url,
      clients: { get: 2, "get-new": 2, "post-new": 1 },
      pauseMs: 5,
    });
    await yard.sure("deploy", "--soak", "500ms", "--watch", "0s");
    assert.equal(await yard.ask(), "page v2");
    const { failures, versions } = await load.stop();
    const { seen, wrong } = await visitors.stop();
    assert.deepEqual(wrong, [], "whoever has a page gets its chunk, whichever container answers");
    assert.deepEqual([...seen].sort(), ["v1", "v2"]);
    assert.deepEqual(failures, []);
    assert.ok((versions.get("page v1") ?? 0) > 0 && (versions.get("page v2") ?? 0) > 0);
    assert.equal(await yard.docker("inspect", "--format", "{{.Id}}", `${yard.name}-production-edge-1`), edge);
  });

  /** What a page of this version that is still open gets, from each of several containers in turn. */
  async function openPageGets(version: string): Promise<void> {
    for (let time = 0; time < 4; time++) {
      const chunk = await fetch(`${yard.url}/assets/lazy-${version}.js`, {
        headers: { connection: "close", "accept-encoding": time % 2 === 0 ? "gzip" : "identity" },
      });
      assert.equal(chunk.status, 200, `the chunk of ${version}`);
      assert.equal(await chunk.text(), chunkOf(version));
      assert.equal(chunk.headers.get("content-encoding"), time % 2 === 0 ? "gzip" : null);
      assert.match(chunk.headers.get("cache-control") ?? "", /immutable/);
      assert.match(chunk.headers.get("content-security-policy") ?? "", /default-src 'self'/);
    }
  }

  test("pages that are open keep their chunks through deploys in a row, a scale and the way back", async () => {
    await openPageGets("v1");
    yard.page("v3");
    await yard.sure("deploy", "--soak", "500ms", "--watch", "0s");
    for (const version of ["v1", "v2", "v3"]) await openPageGets(version);
    assert.equal((await fetch(`${yard.url}/assets/lazy-v2.js.map`)).status, 404, "maps are not kept");

    await yard.sure("scale", "edge-site=2", "--soak", "500ms", "--watch", "0s");
    for (const version of ["v1", "v2", "v3"]) await openPageGets(version);

    await yard.sure("rollback", "--soak", "500ms", "--watch", "0s");
    assert.equal(await yard.ask(), "page v2");
    for (const version of ["v1", "v2", "v3"]) await openPageGets(version);
  });

  test("what has no room is said, and the newest is kept", async () => {
    yard.page("v4");
    const assets = join(yard.root, "page/public/assets");
    const clip = Buffer.from(Array.from({ length: 9 * 1024 ** 2 }, (_, i) => (i * 31) % 251));
    writeFileSync(join(assets, "clip-4.mp4"), clip);
    writeFileSync(join(assets, "film-4.mp4"), Buffer.alloc(17 * 1024 ** 2, 7));
    await yard.sure("deploy", "--soak", "500ms", "--watch", "0s");
    yard.page("v5");
    const said = await yard.sure("deploy", "--soak", "500ms", "--watch", "0s");
    assert.match(
      said.replace(/\s+/g, " "),
      /GTY6019 .* 17 MB of earlier builds find no room in the 16 MB kept for them/,
    );
    const kept = await fetch(`${yard.url}/assets/clip-4.mp4`, { headers: { connection: "close" } });
    assert.ok(
      Buffer.from(await kept.arrayBuffer()).equals(clip),
      "what is as large as half of the room is whole",
    );
    assert.equal((await fetch(`${yard.url}/assets/film-4.mp4`)).status, 404);
    for (const version of ["v1", "v2", "v3", "v4", "v5"]) await openPageGets(version);
  });
});
