import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertHidden } from "../../../testbed/hidden.ts";
import { freePort, type RunningSample, startSample, until } from "../../../testbed/sample.ts";
import { assertVerified } from "../../../testbed/verified.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const project = "aaronspindler-production";
const secrets = {
  POSTGRES_PASSWORD: "postgres-password-of-the-live-test",
  SECRET_KEY: "secret-key-of-the-live-test-which-is-long",
  API_KEY: "api-key-of-the-live-test",
  FLOWER_PASSWORD: "flower-password-of-the-live-test",
};

describe("aaronspindler in production mode", () => {
  let sample: RunningSample;
  let url: string;
  let flower: string;

  before(async () => {
    const [webPort, flowerPort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${webPort}`;
    flower = `http://127.0.0.1:${flowerPort}`;
    sample = await startSample(folder, { env: { ...secrets, WEB_PORT: webPort, FLOWER_PORT: flowerPort } });
  });
  after(async () => {
    await sample?.[Symbol.asyncDispose]();
  });

  const container = (service: string): string => `${project}-${service}-1`;
  const inside = (service: string, ...command: readonly string[]): Promise<string> =>
    sample.docker("exec", container(service), ...command);
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  const json = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const health = async (): Promise<{ code: number; checks: Record<string, boolean> }> => {
    const answer = await fetch(`${url}/health/`);
    return {
      code: answer.status,
      checks: ((await answer.json()) as { checks: Record<string, boolean> }).checks,
    };
  };
  const write = (post: object): Promise<Response> =>
    fetch(`${url}/api/posts/`, {
      method: "POST",
      headers: { authorization: `Bearer ${secrets.API_KEY}`, "content-type": "application/json" },
      body: JSON.stringify(post),
    });

  test("health names database, cache, redis, questdb, static files and version", async () => {
    const answer = (await json("/health/")) as Record<string, unknown>;
    assert.deepEqual(answer, {
      status: "healthy",
      checks: { database: true, cache: true, redis: true, questdb: true, static_files: true },
      version: "latest",
    });
  });

  test("a post is found by its words and its tags, and gets a picture from Chromium", async () => {
    const post = { title: "Sailing with containers", body: "Ships carry them.", metadata: { tags: ["sea"] } };
    assert.equal((await write(post)).status, 201);
    const slugs = async (path: string): Promise<readonly string[]> =>
      ((await json(path)) as { posts: { slug: string }[] }).posts.map(({ slug }) => slug);
    assert.deepEqual(await slugs("/api/search/?q=carrying+ship"), ["sailing-with-containers"]);
    assert.deepEqual(await slugs("/api/posts/?tag=sea"), ["sailing-with-containers"]);
    assert.deepEqual(await slugs("/api/posts/?tag=land"), []);
    const picture = await until(
      async () => fetch(`${url}/posts/sailing-with-containers/preview.png`),
      (answer) => answer.status === 200,
    );
    const bytes = Buffer.from(await picture.arrayBuffer());
    assert.equal(bytes.subarray(1, 4).toString(), "PNG");
    assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1200, 630]);
  });

  test("static files carry a hash, are compressed and kept for ever", async () => {
    const page = await (await fetch(url)).text();
    const path = /\/static\/blog\/style\.[0-9a-f]{12}\.css/.exec(page)?.[0];
    const answer = await fetch(`${url}${path}`, { headers: { "accept-encoding": "gzip" } });
    assert.equal(answer.headers.get("content-encoding"), "gzip");
    assert.match(answer.headers.get("cache-control") ?? "", /immutable/);
  });

  test("schedules from the database are sent, and done by 200 green threads", async () => {
    await until(
      () => sample.docker("logs", container("celery")),
      (logs) => logs.includes("there are 1 posts"),
    );
    const stats = await inside(
      ...([
        "celery",
        "celery",
        "--app",
        "config.celery_app",
        "inspect",
        "stats",
        "--json",
        "--timeout",
        "5",
      ] as const),
    );
    assert.match(stats, /"max-concurrency": 200/);
    assert.match(stats, /gevent/);
  });

  test("Flower asks for its password, and shows the worker", async () => {
    assert.equal((await fetch(`${flower}/api/workers`)).status, 401);
    const login = `Basic ${Buffer.from(`flower:${secrets.FLOWER_PASSWORD}`).toString("base64")}`;
    const workers = await until(
      async () => (await fetch(`${flower}/workers?json=1`, { headers: { authorization: login } })).text(),
      (text) => text.includes("celery@"),
    );
    assert.match(workers, /celery@/);
  });

  test("sessions, cache and broker each have a server with its own settings", async () => {
    const policy = async (service: string): Promise<string> =>
      (await inside(service, "redis-cli", "config", "get", "maxmemory-policy", "appendonly"))
        .split("\n")
        .filter((line) => !["maxmemory-policy", "appendonly"].includes(line))
        .sort()
        .join(" ");
    assert.equal(await policy("broker"), "noeviction yes");
    assert.equal(await policy("sessions"), "volatile-lru yes");
    assert.equal(await policy("cache"), "allkeys-lru no");
  });

  test("rows that one process writes into QuestDB are all counted", async () => {
    const printed = await inside("celery", "python", "manage.py", "ingest", "--rows", "3000000");
    const result = JSON.parse(printed.split("\n").at(-1) ?? "") as Record<string, number>;
    console.log(`ingestion: ${printed.split("\n").at(-1)}`);
    assert.equal(result["counted"], 3_000_000);
  });

  test("services run as user 1000, without capabilities, on a read-only root; the site and its workers from one image", async () => {
    const images = new Set<string>();
    for (const service of ["web", "celery", "celerybeat", "flower"]) {
      if (service !== "flower")
        images.add(await sample.docker("inspect", "--format", "{{.Image}}", container(service)));
      assert.match(await inside(service, "id"), /^uid=1000\(app\)/);
      assert.match(await inside(service, "cat", "/proc/self/status"), /^CapEff:\s+0+$/m);
      await assert.rejects(inside(service, "touch", "/app/new"), /Read-only/);
    }
    assert.equal(images.size, 1);
    assert.match(await inside("questdb", "cat", "/proc/1/status"), /^Uid:\s+10001\s/m);
  });

  test("health tells the truth: each part that is away is named, and all recover", async () => {
    for (const [service, check] of [
      ["postgres", "database"],
      ["cache", "cache"],
      ["broker", "redis"],
      ["questdb", "questdb"],
    ] as const) {
      const putBack = await sample.cutOff(container(service));
      try {
        const told = await until(health, ({ code }) => code === 503);
        assert.equal(told.checks[check], false, service);
        assert.equal(await status("/health/live/"), 200);
      } finally {
        await putBack();
      }
      await until(health, ({ code }) => code === 200);
    }
  });

  test("no secret stands in a container's environment, in an image's history or in a log", async () => {
    await assertHidden(sample, project, ["aaronspindler-web:latest", "aaronspindler-flower:latest"], secrets);
  });

  test("its own tests pass in a throw-away copy beside it", async () => {
    assert.match((await sample.gantry(["test"])).out, /tests passed/);
  });

  test("gantry verify finds nothing, with everything interrupted", async () => {
    await assertVerified(sample);
  });

  test("posts, pictures, prices and Flower's history survive the containers", async () => {
    await sample.gantry(["down"]);
    await sample.gantry(["up", "--no-build"]);
    assert.equal(await status("/posts/sailing-with-containers/preview.png"), 200);
    assert.match(await inside("flower", "ls", "/data"), /flower\.db/);
    assert.equal(
      await inside(
        "web",
        ...["python", "manage.py", "shell", "-v0", "-c"],
        "from funds import questdb; print(questdb.query('SELECT count() >= 3000000 FROM prices')[0][0])",
      ),
      "True",
    );
  });
});
