import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { gantryCommand } from "../../../../testbed/copy.ts";
import { type Load, startLoad } from "../../../../testbed/load.ts";
import { until } from "../../../../testbed/sample.ts";
import type { Mood } from "./ship/files.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "4s", "--watch", "0s"];

describe("a deploy that goes wrong changes nothing that anybody notices", () => {
  let yard: Yard;
  let load: Load;
  before(async () => {
    yard = await layYard({ startPeriod: "4s" });
    await yard.sure("deploy");
    load = startLoad({
      url: yard.url,
      clients: { get: 3, "get-new": 1, post: 2, "post-new": 1, websocket: 1, events: 1 },
      pauseMs: 10,
    });
  });
  after(async () => {
    await load?.[Symbol.asyncDispose]();
    await yard?.[Symbol.asyncDispose]();
  });

  /** What runs is what ran, and it answers; nothing that was made for the new version is left. */
  async function unharmed(running: readonly string[]): Promise<void> {
    assert.deepEqual(await yard.running(), running);
    const project = `label=com.docker.compose.project=${yard.name}-production`;
    const made = ["ps", "--all", "--filter", project, "--filter", "status=created", "--format", "{{.Names}}"];
    assert.equal(await yard.docker(...made), "");
    assert.equal(await yard.ask(), "v1");
  }

  const cases: readonly (readonly [Mood, RegExp])[] = [
    ["ends at once", /GTY5002 +api ended[\s\S]*exit\s+code 7[\s\S]*the wheel fell off/],
    ["never ready", /GTY(6001|5004)[\s\S]*not yet|GTY6001[\s\S]*health check/],
    ["dies after being ready", /GTY5002[\s\S]*exit\s+code 9[\s\S]*lost my mind/],
    ["migration fails", /GTY5003[\s\S]*exit code 3[\s\S]*column is odd/],
    ["uses too much memory", /GTY5002[\s\S]*memory\s+limit of 96 MB/],
  ];
  for (const [mood, says] of cases) {
    test(`a version that ${mood}`, async () => {
      const running = await yard.running();
      yard.version("broken", mood);
      const { code, out } = await yard.gantry("deploy", ...quick);
      assert.equal(code, 6, out);
      assert.match(out, says);
      assert.match(out, /GTY6006 +Nothing was deployed/);
      await unharmed(running);
      // Compose agrees: what its file and its images say is what runs.
      const dry = await yard.gantry("deploy", "--plan", "--no-build");
      assert.match(dry.out, /runs as it should/);
    });
  }

  test("a version that the engine refuses to make", async () => {
    const running = await yard.running();
    yard.stack({ startPeriod: "4s", extra: 'cpuSet: "200",' });
    const { code, out } = await yard.gantry("deploy", ...quick);
    yard.stack({ startPeriod: "4s" });
    assert.equal(code, 1, out);
    assert.match(out, /Requested\s+CPUs are not available[\s\S]*GTY6006 +Nothing was deployed/);
    await unharmed(running);
  });

  test("a gateway that refuses its configuration", async () => {
    const running = await yard.running();
    yard.version("v2");
    const edge = `${yard.name}-production-edge-1`;
    // nginx opens it when it tests, and must not.
    await yard.docker("exec", edge, "chmod", "000", "/tmp/nginx.pid");
    const { code, out } = await yard.gantry("deploy", ...quick);
    await yard.docker("exec", edge, "chmod", "644", "/tmp/nginx.pid");
    assert.equal(code, 6, out);
    assert.match(out, /GTY6003 +The gateway edge refuses[\s\S]*nginx\.pid/);
    await unharmed(running);
  });

  test("a gateway whose new image does not start: the old one serves again", async () => {
    const running = (await yard.running()).filter((name) => !name.startsWith("edge"));
    await load.stop();
    yard.version("v1");
    yard.stack({
      startPeriod: "4s",
      overrides:
        'dockerfile: { edge: ["USER root", "RUN echo nonsense >> /etc/nginx/nginx.conf", "USER 101:101"] }',
    });
    const { code, out } = await yard.gantry("deploy", ...quick);
    assert.equal(code, 6, out);
    assert.match(out, /GTY6017 +edge will be away/);
    assert.match(out, /GTY5002 +edge ended[\s\S]*unexpected end of file|nonsense/);
    await until(
      () => yard.ask(),
      (text) => text === "v1",
      20,
    );
    assert.deepEqual(
      (await yard.running()).filter((name) => !name.startsWith("edge")),
      running,
    );
    yard.stack({ startPeriod: "4s" });
  });

  test("a second deploy at the same time is told who is busy, and since when", async () => {
    yard.version("v1 slowly");
    const first = yard.gantry("deploy", "--soak", "3s", "--watch", "0s");
    await until(
      () => yard.history(),
      (text) => /not ended/.test(text),
      30,
    );
    const second = await yard.gantry("deploy");
    assert.equal(second.code, 1, second.out);
    assert.match(second.out, /GTY5012[\s\S]*gantry\s+deploy of \S+ \(process \d+ on\s+\S+\) began\s+\d{4}-/);
    assert.equal((await first).code, 0);
  });

  /** Deploys, and interrupts that once something more runs. */
  async function interrupt(version: string, mood: Mood): Promise<void> {
    const running = await yard.running();
    yard.version(version, mood);
    const child = spawn(process.execPath, [gantryCommand, "deploy", "--soak", "30s"], {
      cwd: yard.root,
      env: yard.env,
      stdio: "ignore",
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    await until(
      () => yard.running(),
      (now) => now.length > running.length,
      30,
    );
    child.kill("SIGINT");
    assert.equal(await ended, 130);
    assert.deepEqual(await yard.running(), running);
    assert.match(await yard.history(), /failed: interrupted/);
    assert.equal(await yard.ask(), "v1 slowly");
  }

  test("Ctrl-C takes back what was begun", () => interrupt("interrupted", "well"));

  test("Ctrl-C tells a migration to stop, and waits until it has", async () => {
    await interrupt("migrated for ever", "migration goes on");
    assert.match(await yard.ledger("migrations"), /^taken back$/m);
  });

  test("nobody noticed anything while versions were bad", async () => {
    const report = await load.stop();
    assert.deepEqual(report.failures, []);
    const known = new Set((await yard.ledger("orders-*")).split("\n"));
    assert.deepEqual(
      report.orders.filter((id) => !known.has(id)),
      [],
    );
  });
});
