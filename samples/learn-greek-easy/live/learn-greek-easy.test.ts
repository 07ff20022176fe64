import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { Agent, fetch } from "undici";
import { chromiumFlags, ensureChromium } from "../../../testbed/chromium.ts";
import { assertHidden } from "../../../testbed/hidden.ts";
import { freePort, type RunningSample, startSample, until } from "../../../testbed/sample.ts";
import { assertVerified } from "../../../testbed/verified.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const project = "learn-greek-easy-production";

/** A certificate for localhost, as a company's own authority or a first try would have it. */
function selfSigned(): { readonly certificate: string; readonly key: string } {
  const place = mkdtempSync(join(tmpdir(), "gantry-tls-"));
  try {
    execFileSync(
      "openssl",
      [
        ...[
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          "2",
        ],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        ...["-keyout", join(place, "key.pem"), "-out", join(place, "certificate.pem")],
      ],
      { stdio: "ignore" },
    );
    return {
      certificate: readFileSync(join(place, "certificate.pem"), "utf8"),
      key: readFileSync(join(place, "key.pem"), "utf8"),
    };
  } finally {
    rmSync(place, { recursive: true });
  }
}

describe("learn-greek-easy in production mode", () => {
  const tls = selfSigned();
  const secrets = {
    POSTGRES_PASSWORD: "postgres-password-of-the-live-test",
    JWT_SECRET_KEY: "jwt-secret-key-of-the-live-test-which-is-long",
    FRONTEND_TLS_CERTIFICATE: tls.certificate,
    FRONTEND_TLS_KEY: tls.key,
  };
  const dispatcher = new Agent({ connect: { ca: tls.certificate } });
  let sample: RunningSample;
  let browser: Browser;
  let url: string;
  let plain: string;

  before(async () => {
    const [port, tlsPort] = [await freePort(), await freePort()];
    plain = `http://localhost:${port}`;
    url = `https://localhost:${tlsPort}`;
    sample = await startSample(folder, {
      env: { ...secrets, FRONTEND_PORT: port, FRONTEND_TLS_PORT: tlsPort },
    });
    browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...chromiumFlags] });
  });
  after(async () => {
    await browser?.close();
    await dispatcher.close();
    await sample?.[Symbol.asyncDispose]();
  });

  const container = (service: string, number = 1): string => `${project}-${service}-${number}`;
  const inside = (service: string, ...command: readonly string[]): Promise<string> =>
    sample.docker("exec", container(service), ...command);
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { dispatcher, headers });
  const health = async (): Promise<{ code: number; body: Record<string, string> }> => {
    const answer = await get("/health");
    return { code: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  const sql = (query: string): Promise<string> =>
    inside("postgres", "psql", "-U", "postgres", "-d", "learn_greek_easy", "-tAc", query);

  test("a person learns a deck in a browser", async () => {
    const page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 900, height: 700 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    // Browsers give up when the machine gets a network while they load, as it does with each container elsewhere.
    await until(
      () => page.goto(url),
      (answer) => answer?.ok() === true,
    );
    await page.getByTestId("name").fill("Melina");
    await page.getByTestId("start").click();
    await page.getByTestId("deck-2").click();
    await page.getByTestId("greek").getByText("νερό").waitFor();
    await page.getByTestId("show").click();
    await page.getByTestId("english").getByText("water").waitFor();
    const shots = join(folder, ".gantry", "screenshots");
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, "card.png") });
    for (let left = 8; left > 0; left--) {
      await page.getByTestId("left").getByText(`${left} left`).waitFor();
      if (left < 8) await page.getByTestId("show").click();
      await page.getByTestId("answer-5").click();
    }
    await page.getByTestId("finished").waitFor();
    assert.deepEqual(problems, []);
    await page.close();
  });

  test("the worker counted what was learned; the API takes it from the cache", async () => {
    const { token } = (await (
      await fetch(`${url}/api/v1/learners`, {
        dispatcher,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Melina" }),
      })
    ).json()) as { token: string };
    const statistics = await until(
      async () =>
        (await (await get("/api/v1/statistics", { authorization: `Bearer ${token}` })).json()) as Record<
          string,
          unknown
        >,
      (answer) => answer["from"] === "cache" && answer["learned"] === 8,
    );
    assert.deepEqual(statistics, { learner: "Melina", learned: 8, from: "cache" });
  });

  test("the scheduler sends and the worker does what comes each minute", async () => {
    await until(
      () => sample.docker("logs", container("celery-worker")),
      (logs) => logs.includes('"message": "refreshed"'),
    );
  });

  test("plain requests are sent on to TLS", async () => {
    const answer = await fetch(plain, { redirect: "manual" });
    assert.equal(answer.status, 308);
    assert.match(answer.headers.get("location") ?? "", /^https:\/\/localhost/);
  });

  test("two replicas answer, and after `--scale backend=3` three do", async () => {
    const seen = new Set<string>();
    const collect = (count: number): Promise<unknown> =>
      until(
        async () => {
          const { body } = await health();
          return seen.add((body["instance"] ?? "").split("-")[0] ?? "");
        },
        (found) => found.size === count,
      );
    await collect(2);
    const place = mkdtempSync(join(tmpdir(), "gantry-secrets-"));
    try {
      for (const [name, value] of Object.entries(secrets)) writeFileSync(join(place, name), value);
      execFileSync(
        "docker",
        [
          ...["compose", "--file", "deploy/compose.production.yaml", "up", "--detach", "--wait", "--no-deps"],
          ...["--no-recreate", "--scale", "backend=3", "backend"],
        ],
        { cwd: folder, env: { ...sample.env, SECRETS_DIR: place }, stdio: "ignore" },
      );
      await collect(3);
    } finally {
      await sample.docker("rm", "--force", container("backend", 3));
      rmSync(place, { recursive: true });
    }
  });

  test("PostgreSQL is tuned for its memory, keeps statistics and ran the init script", async () => {
    assert.equal(await sql("SHOW shared_buffers"), "256MB");
    assert.equal(await sql("SHOW effective_cache_size"), "768MB");
    assert.equal(await sql('SHOW "pg_stat_statements.track"'), "all");
    assert.ok(Number(await sql("SELECT count(*) FROM pg_stat_statements")) > 0);
    assert.equal(
      await sql(
        "SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'",
      ),
      "pg_stat_statements,pg_trgm,unaccent",
    );
  });

  test("the queue keeps its data and never evicts; the cache does the opposite", async () => {
    const setting = async (service: string, name: string): Promise<string> =>
      (await inside(service, "redis-cli", "config", "get", name)).split("\n")[1] ?? "";
    assert.equal(await setting("queue", "appendonly"), "yes");
    assert.equal(await setting("queue", "maxmemory-policy"), "noeviction");
    assert.equal(await setting("cache", "appendonly"), "no");
    assert.equal(await setting("cache", "maxmemory-policy"), "allkeys-lru");
    assert.equal(await setting("cache", "maxmemory"), String(128 * 1024 ** 2));
  });

  test("everything has limits, a user of its own and networks of the chosen range", async () => {
    const ids = (
      await sample.docker("ps", "--quiet", "--filter", `label=com.docker.compose.project=${project}`)
    ).split("\n");
    const all = JSON.parse(await sample.docker("inspect", ...ids)) as {
      Name: string;
      Config: { User: string };
      HostConfig: { NanoCpus: number; Memory: number; ReadonlyRootfs: boolean; CapDrop: string[] };
      NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
    }[];
    assert.equal(all.length, 9);
    for (const { Name, Config, HostConfig, NetworkSettings } of all) {
      assert.ok(HostConfig.Memory > 0, Name);
      assert.ok(HostConfig.NanoCpus > 0, Name);
      assert.ok(HostConfig.ReadonlyRootfs, Name);
      assert.deepEqual(HostConfig.CapDrop, ["ALL"], Name);
      assert.match(Config.User, /^[1-9]\d*:[1-9]\d*$/, Name);
      for (const { IPAddress } of Object.values(NetworkSettings.Networks))
        assert.match(IPAddress, /^172\.28\./);
    }
  });

  test("the page's image is smaller than 50 MB, and the page adds next to nothing to its web server", async () => {
    const size = async (image: string): Promise<number> =>
      Number(await sample.docker("image", "inspect", "--format", "{{.Size}}", image));
    const page = await size("learn-greek-easy-frontend-site:latest");
    assert.ok(page < 50_000_000, String(page));
    assert.ok(page - (await size("nginx:1.28-alpine-slim")) < 2_000_000);
  });

  test("health tells the truth: database and queue are needed, the cache is not; all recover", async () => {
    for (const [service, code, status] of [
      ["postgres", 503, "unhealthy"],
      ["queue", 503, "unhealthy"],
      ["cache", 200, "degraded"],
    ] as const) {
      const putBack = await sample.cutOff(container(service));
      try {
        const told = await until(health, ({ body }) => body["status"] === status);
        assert.equal(told.code, code, service);
        assert.equal(told.body[service === "postgres" ? "database" : service], "unhealthy");
      } finally {
        await putBack();
      }
      await until(health, ({ body }) => body["status"] === "healthy");
    }
  });

  test("a worker that dies comes back", async () => {
    const restarts = (): Promise<string> =>
      sample.docker("inspect", "--format", "{{.RestartCount}}", container("celery-worker"));
    const before = Number(await restarts());
    await inside(
      "celery-worker",
      "python",
      "-c",
      'import os, signal; [os.kill(int(p), signal.SIGKILL) for p in os.listdir("/proc") if p.isdigit() and p != "1" and open(f"/proc/{p}/comm").read().startswith("celery")]',
    ).catch(() => "");
    await until(
      async () => Number(await restarts()),
      (count) => count > before,
    );
    await until(
      () => sample.docker("inspect", "--format", "{{.State.Health.Status}}", container("celery-worker")),
      (state) => state === "healthy",
    );
  });

  test("no secret stands in a container's environment, in an image's history or in a log", async () => {
    await assertHidden(
      sample,
      project,
      ["learn-greek-easy-backend:latest", "learn-greek-easy-frontend:latest"],
      secrets,
    );
  });

  test("its own tests pass in a throw-away copy beside it", async () => {
    assert.match((await sample.gantry(["test"])).out, /tests passed/);
  });

  test("gantry verify finds nothing, with everything interrupted", async () => {
    await assertVerified(sample);
  });

  test("data survives the containers", async () => {
    const learned = (): Promise<string> => sql("SELECT count(*) FROM progress WHERE learner = 'Melina'");
    assert.equal(await learned(), "8");
    await sample.gantry(["down"]);
    await sample.gantry(["up", "--no-build"]);
    assert.equal(await learned(), "8");
    await until(health, ({ body }) => body["status"] === "healthy");
  });
});
