import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, type RunningSample, startSample, until } from "../../../testbed/sample.ts";
import { assertVerified } from "../../../testbed/verified.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const app = "/home/ktrdr/app";

describe("ktrdr in production mode", () => {
  let sample: RunningSample;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    sample = await startSample(folder, { env: { BACKEND_PORT: port } });
  });
  after(async () => {
    await sample?.[Symbol.asyncDispose]();
  });

  const container = (service: string): string => `ktrdr-production-${service}-1`;
  const inside = (service: string, ...command: readonly string[]): Promise<string> =>
    sample.docker("exec", container(service), ...command);
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  const candles = (symbol: string, closes: readonly number[]): Promise<Response> =>
    fetch(`${url}/api/candles`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(
        closes.map((close, time) => ({
          symbol,
          time,
          open: close,
          high: close,
          low: close,
          close,
          volume: 1,
        })),
      ),
    });

  test("health answers with status and version", async () => {
    const answer = (await (await fetch(`${url}/api/health`)).json()) as Record<string, unknown>;
    assert.equal(answer["status"], "ok");
    assert.equal(answer["version"], "1.0.5.5");
    assert.equal(answer["environment"], "production");
  });

  test("candles come back as indicators, with the period of the configuration folder", async () => {
    assert.equal(
      (
        await candles(
          "AAPL",
          Array.from({ length: 40 }, (_, time) => 100 + time),
        )
      ).status,
      201,
    );
    const answer = (await (await fetch(`${url}/api/indicators/AAPL/sma`)).json()) as {
      period: number;
      values: (number | null)[];
    };
    assert.equal(answer.period, 20);
    assert.equal(answer.values.at(-1), 129.5);
    assert.equal(await status("/api/indicators/NONE/sma"), 404);
  });

  test("it runs as ktrdr, with an init, without capabilities, on a read-only root", async () => {
    assert.equal(await inside("backend", "id"), "uid=1000(ktrdr) gid=1000(ktrdr) groups=1000(ktrdr)");
    assert.match(await inside("backend", "cat", "/proc/1/comm"), /init|tini/);
    assert.match(await inside("backend", "cat", "/proc/self/status"), /^CapEff:\s+0+$/m);
    for (const path of [`${app}/new`, `${app}/ktrdr/new.py`, `${app}/config/new`, "/opt/venv/new"])
      await assert.rejects(inside("backend", "touch", path), /Read-only|Permission denied/, path);
  });

  test("data and logs belong to its user", async () => {
    assert.deepEqual(
      (await inside("backend", "stat", "-c", "%U:%G %n", `${app}/data`, `${app}/logs`)).split("\n"),
      [`ktrdr:ktrdr ${app}/data`, `ktrdr:ktrdr ${app}/logs`],
    );
  });

  test("logs are one JSON object a line, on standard output and in the logs folder", async () => {
    await fetch(`${url}/api/symbols`);
    const lines = await until(
      async () => (await sample.docker("logs", container("backend"))).split("\n"),
      (found) => found.some((line) => line.includes("/api/symbols")),
    );
    for (const line of [
      ...lines,
      ...(await inside("backend", "cat", `${app}/logs/ktrdr.jsonl`)).split("\n"),
    ]) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      assert.equal(typeof entry["message"], "string");
      assert.equal(entry["environment"], "production");
    }
  });

  test("the user's own Dockerfile stands on the stack's image, and adds to it", async () => {
    // By steps and files: a builder that once ran a step twice has two layers of one content.
    const steps = async (image: string): Promise<readonly string[]> =>
      (await sample.docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image))
        .split("\n")
        .reverse();
    const base = await steps("ktrdr-backend:latest");
    assert.deepEqual((await steps("ktrdr-research:latest")).slice(0, base.length), base);
    const code = (service: string): Promise<string> =>
      inside(service, "sh", "-c", `cd ${app}/ktrdr && find . -type f | sort | xargs sha256sum`);
    assert.equal(await code("research"), await code("backend"));
    assert.match(await inside("research", "sqlite3", "--version"), /^3\./);
    await candles("MSFT", [9, 9, 9, 9, 9, 1, 1, 1, 20, 20, 20]);
    const answer = await inside(
      "research",
      "python",
      "-c",
      'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8100/crossovers/MSFT?fast=2&slow=4").read().decode())',
    );
    assert.deepEqual((JSON.parse(answer) as { crossovers: unknown }).crossovers, [
      { time: 8, direction: "up" },
    ]);
  });

  test("health tells the truth: without its data folder it says so, and recovers", async () => {
    await inside("backend", "chmod", "000", `${app}/data`);
    try {
      assert.equal(
        await until(
          () => status("/api/health"),
          (code) => code === 503,
        ),
        503,
      );
      assert.equal(await status("/api/health/live"), 200);
    } finally {
      await inside("backend", "chmod", "755", `${app}/data`);
    }
    assert.equal(
      await until(
        () => status("/api/health"),
        (code) => code === 200,
      ),
      200,
    );
  });

  test("a process that dies comes back", async () => {
    const restarts = (): Promise<string> =>
      sample.docker("inspect", "--format", "{{.RestartCount}}", container("backend"));
    const before = Number(await restarts());
    await inside(
      "backend",
      "python",
      "-c",
      'import os, signal; [os.kill(int(p), signal.SIGKILL) for p in os.listdir("/proc") if p.isdigit() and p != "1" and open(f"/proc/{p}/comm").read().startswith("uvicorn")]',
    ).catch(() => "");
    await until(
      async () => Number(await restarts()),
      (count) => count === before + 1,
    );
    assert.equal(
      await until(
        () => status("/api/health"),
        (code) => code === 200,
      ),
      200,
    );
  });

  test("its own tests pass in a throw-away copy beside it", async () => {
    assert.match((await sample.gantry(["test"])).out, /tests passed/);
  });

  test("gantry verify finds nothing, with everything interrupted", async () => {
    await assertVerified(sample, { nothingFor: ["secrets", "kernel", "honesty"] });
  });

  test("data and logs survive the containers", async () => {
    await sample.gantry(["down"]);
    await sample.gantry(["up", "--no-build"]);
    const symbols = (await (await fetch(`${url}/api/symbols`)).json()) as unknown;
    assert.deepEqual(symbols, [
      { symbol: "AAPL", candles: 40 },
      { symbol: "MSFT", candles: 11 },
    ]);
    assert.ok(
      Number(await inside("backend", "grep", "-c", '"message": "started"', `${app}/logs/ktrdr.jsonl`)) >= 3,
    );
  });
});
