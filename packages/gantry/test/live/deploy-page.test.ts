import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startLoad } from "../../../../testbed/load.ts";
import { layYard, type Yard } from "./ship/yard.ts";

/** A page whose build copies: what is tested is what serves it, not what makes it. */
function writePage(root: string, version: string): void {
  const page = { name: "page", version: "1.0.0", private: true };
  const files: Readonly<Record<string, string>> = {
    "package.json": JSON.stringify({ ...page, scripts: { build: "mkdir dist && cp -r public/. dist/" } }),
    "package-lock.json": JSON.stringify({
      ...page,
      lockfileVersion: 3,
      requires: true,
      packages: { "": page },
    }),
    "public/index.html": `page ${version}`,
    "public/assets/app-1a2b3c4d.js": `// ${"long enough to be compressed ".repeat(100)}`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, "page", path)), { recursive: true });
    writeFileSync(join(root, "page", path), text);
  }
}

describe("a page behind the gateway", () => {
  let yard: Yard;
  before(async () => {
    yard = await layYard();
    writePage(yard.root, "v1");
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
    assert.equal((await fetch(`${yard.url}/assets/app-of-yesterday.js`)).status, 404);
    const again = await fetch(`${yard.url}/`, {
      headers: { "if-none-match": page.headers.get("etag") ?? "", connection: "close" },
    });
    assert.equal(again.status, 304);
  });

  test("a new page replaces the old one under load without a gap; the gateway is not touched", async () => {
    const edge = await yard.docker("inspect", "--format", "{{.Id}}", `${yard.name}-production-edge-1`);
    writePage(yard.root, "v2");
    const plan = await yard.sure("deploy", "--plan");
    assert.match(plan, /edge-site +a new one beside the old, then the old goes; the gateway moves requests/);
    assert.match(plan, /not touched: .*edge, /);
    await using load = startLoad({
      url: yard.url,
      clients: { get: 2, "get-new": 2, "post-new": 1 },
      pauseMs: 5,
    });
    await yard.sure("deploy", "--soak", "500ms", "--watch", "0s");
    assert.equal(await yard.ask(), "page v2");
    const { failures, versions } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok((versions.get("page v1") ?? 0) > 0 && (versions.get("page v2") ?? 0) > 0);
    assert.equal(await yard.docker("inspect", "--format", "{{.Id}}", `${yard.name}-production-edge-1`), edge);
  });
});
