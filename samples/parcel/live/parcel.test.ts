import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { chromiumFlags, ensureChromium } from "../../../testbed/chromium.ts";
import { assertHidden } from "../../../testbed/hidden.ts";
import { freePort, type RunningSample, startSample, until } from "../../../testbed/sample.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const secrets = {
  DB_PASSWORD: "db-password-of-the-live-test",
  SESSION_KEY: "session-key-of-the-live-test-which-is-long",
  MONITOR_PASSWORD: "monitor-password-of-the-live-test",
};

interface Parcel {
  readonly number: string;
  readonly status: string;
  readonly events: readonly { readonly kind: string }[];
}

describe("parcel in production mode", () => {
  let sample: RunningSample;
  let browser: Browser;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    sample = await startSample(folder, { env: { ...secrets, EDGE_PORT: port } });
    browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...chromiumFlags] });
  });
  after(async () => {
    await browser?.close();
    await sample?.[Symbol.asyncDispose]();
  });

  test("a person creates a parcel in a browser and watches its events arrive", async () => {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(url);
    await page.getByTestId("sign-in").click();
    await page.getByTestId("name").fill("Ada");
    await page.getByTestId("sign-in-submit").click();
    await page.getByTestId("signed-in-as").getByText("Ada").waitFor();
    await page.getByTestId("sender").fill("Ada Lovelace");
    await page.getByTestId("recipient").fill("Charles Babbage");
    await page.getByTestId("description").fill("Notes on the engine");
    await page.getByTestId("send").click();
    await page.getByTestId("tracking-number").waitFor();
    // Events come over the open connection while the page stands still: nobody reloads it.
    await page.getByTestId("timeline-event").nth(4).waitFor({ timeout: 180_000 });
    const shots = `${folder}.gantry/screenshots`;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/journey.png` });
    assert.ok(readFileSync(`${shots}/journey.png`).byteLength > 10_000);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test("the page is compressed, cached by its names, and tells browsers what it may do", async () => {
    const page = await fetch(url);
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
    const asset = /assets\/[^"]+\.js/.exec(await page.text())?.[0];
    const script = await fetch(`${url}/${asset}`, { headers: { "accept-encoding": "gzip" } });
    assert.equal(script.headers.get("content-encoding"), "gzip");
    assert.match(script.headers.get("cache-control") ?? "", /immutable/);
    assert.equal((await fetch(`${url}/assets/none.js`)).status, 404);
    assert.equal((await fetch(`${url}/parcels/any`)).status, 200);
  });

  test("a request keeps its id from the gateway to the service's log", async () => {
    const id = "live-test-request-id-1";
    const answer = await fetch(`${url}/api/parcels/none`, { headers: { "x-request-id": id } });
    assert.equal(answer.headers.get("x-request-id"), id);
    const logs = await until(
      () => sample.gantry(["logs", "--format", "json", "api", "edge"]),
      ({ out }) => out.split(id).length > 2,
    );
    for (const service of ["api", "edge"])
      assert.match(
        logs.out,
        new RegExp(`"service":"${service}"[^\\n]*${id}|${id}[^\\n]*"service":"${service}"`),
      );
  });

  test("the monitor asks for its password", async () => {
    assert.equal((await fetch(`${url}/monitor`)).status, 401);
    const login = `Basic ${Buffer.from(`monitor:${secrets.MONITOR_PASSWORD}`).toString("base64")}`;
    assert.equal((await fetch(`${url}/monitor`, { headers: { authorization: login } })).status, 200);
  });

  test("data survives a restart and a re-creation of everything", async () => {
    const list = async (): Promise<readonly Parcel[]> =>
      ((await (await fetch(`${url}/api/parcels`)).json()) as { parcels: Parcel[] }).parcels;
    const before = (await list()).map((parcel) => parcel.number);
    assert.ok(before.length > 0);
    await sample.gantry(["down"]);
    await sample.gantry(["up", "--no-build"]);
    assert.deepEqual(
      (await list()).map((parcel) => parcel.number),
      before,
    );
  });

  test("health tells the truth: without its database the API says so, and recovers", async () => {
    const container =
      (
        await sample.docker(
          "ps",
          "--filter",
          "label=com.docker.compose.project=parcel-production",
          "--filter",
          "label=com.docker.compose.service=db",
          "--quiet",
        )
      ).split("\n")[0] ?? "";
    const putBack = await sample.cutOff(container);
    try {
      const status = await until(
        async () => (await fetch(`${url}/health`)).status,
        (code) => code === 503,
      );
      assert.equal(status, 503);
      assert.equal((await fetch(`${url}/health/live`)).status, 200);
    } finally {
      await putBack();
    }
    // The engine's own view follows with its next probe.
    await until(
      () => sample.docker("inspect", "--format", "{{.State.Health.Status}}", container),
      (health) => health === "healthy",
    );
    assert.equal(
      await until(
        async () => (await fetch(`${url}/health`)).status,
        (code) => code === 200,
      ),
      200,
    );
  });

  test("verify finds nothing, and leaves everything as it was; it finds a way that should not be there", async () => {
    const sound = await sample.gantry(["verify", "--format", "json"]);
    const report = (
      JSON.parse(sound.out.trim().split("\n").at(-1) ?? "") as { result: { passed: number; failed: number } }
    ).result;
    assert.equal(report.failed, 0);
    assert.ok(report.passed > 30, sound.out);
    await sample.docker("network", "connect", "parcel-production_api-cache", "parcel-production-worker-1");
    try {
      const broken = await sample.gantry(["verify", "connections", "--format", "plain"], { mayFail: true });
      assert.equal(broken.code, 1);
      assert.match(broken.out, /worker does not use cache, and reaches it at/);
    } finally {
      await sample.docker(
        "network",
        "disconnect",
        "parcel-production_api-cache",
        "parcel-production-worker-1",
      );
    }
  });

  test("no secret stands in the environment of a container, in an image's history or in a log", async () => {
    await assertHidden(sample, "parcel-production", ["parcel-api:latest"], secrets);
  });
});
