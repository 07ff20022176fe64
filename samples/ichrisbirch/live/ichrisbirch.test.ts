import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertHidden } from "../../../testbed/hidden.ts";
import { freePort, type RunningSample, startSample, until } from "../../../testbed/sample.ts";
import { assertVerified } from "../../../testbed/verified.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const secrets = {
  POSTGRES_PASSWORD: "postgres-password-of-the-live-test",
  SECRET_KEY: "secret-key-of-the-live-test-which-is-long",
};

describe("ichrisbirch in production mode", () => {
  let sample: RunningSample;
  let api: string;
  let pages: string;

  before(async () => {
    const [apiPort, appPort] = [await freePort(), await freePort()];
    api = `http://127.0.0.1:${apiPort}`;
    pages = `http://127.0.0.1:${appPort}`;
    sample = await startSample(folder, { env: { ...secrets, API_PORT: apiPort, APP_PORT: appPort } });
  });
  after(async () => {
    await sample?.[Symbol.asyncDispose]();
  });

  const container = (service: string): string => `ichrisbirch-production-${service}-1`;
  const inside = (service: string, ...command: readonly string[]): Promise<string> =>
    sample.docker("exec", container(service), ...command);
  const status = async (url: string): Promise<number> => (await fetch(url)).status;
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${api}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const tasks = async (): Promise<readonly { name: string; category: string }[]> =>
    (await (await fetch(`${api}/tasks`)).json()) as { name: string; category: string }[];

  test("a task goes from the pages through the API into the database, and back", async () => {
    const form = new URLSearchParams({ name: "Learn Docker", category: "work", priority: "3" });
    const answer = await fetch(`${pages}/tasks`, { method: "POST", body: form });
    assert.match(await answer.text(), /Learn Docker/);
    assert.deepEqual(
      (await tasks()).map(({ name, category }) => ({ name, category })),
      [{ name: "Learn Docker", category: "work" }],
    );
  });

  test("one image runs all three services", async () => {
    const images = await Promise.all(
      ["api", "app", "scheduler"].map((service) =>
        sample.docker("inspect", "--format", "{{.Image}}", container(service)),
      ),
    );
    assert.equal(new Set(images).size, 1);
  });

  test("workers follow the processors: two async ones for two, three sync ones for one", async () => {
    const workers = async (service: string): Promise<number> =>
      (await sample.docker("top", container(service), "-o", "pid,ppid,args"))
        .split("\n")
        .filter((line) => line.includes("gunicorn") && !line.includes("docker-init")).length - 1;
    assert.equal(await workers("api"), 2);
    assert.equal(await workers("app"), 3);
  });

  test("all run as user 1000, without capabilities, on a read-only root with root's own code", async () => {
    for (const service of ["api", "app", "scheduler"]) {
      assert.match(await inside(service, "id"), /^uid=1000\(app\) gid=1000\(app\)/);
      assert.match(await inside(service, "cat", "/proc/self/status"), /^CapEff:\s+0+$/m);
      await assert.rejects(inside(service, "touch", "/app/new"), /Read-only/);
      assert.equal(await inside(service, "stat", "-c", "%U", "/app/ichrisbirch", "/opt/venv"), "root\nroot");
    }
  });

  test("tools of building and development are not in the image", async () => {
    for (const program of ["poetry", "gcc", "pytest"])
      await assert.rejects(inside("api", "sh", "-c", `command -v ${program}`));
    assert.equal(await inside("api", "python", "-c", "import psycopg2; print('OK')"), "OK");
    await assert.rejects(inside("api", "ls", "/app/tests"), /No such file/);
  });

  test("each reaches what it uses and nothing else", async () => {
    const reaches = (from: string, host: string, port: number): Promise<boolean> =>
      inside(from, "python", "-c", `import socket; socket.create_connection(("${host}", ${port}), 2)`).then(
        () => true,
        () => false,
      );
    assert.ok(await reaches("api", "postgres", 5432));
    assert.ok(await reaches("scheduler", "postgres", 5432));
    assert.ok(await reaches("app", "api", 8000));
    assert.ok(!(await reaches("app", "postgres", 5432)));
    assert.ok(!(await reaches("scheduler", "app", 5000)));
    assert.ok(!(await reaches("scheduler", "1.1.1.1", 80)));
  });

  test("the scheduler makes what comes back, once", async () => {
    const auto = { name: "Water the plants", category: "home", every_days: 3 };
    assert.equal((await post("/autotasks", auto)).status, 201);
    for (const _ of [1, 2]) await sample.docker("restart", container("scheduler"));
    const named = async (): Promise<number> =>
      (await tasks()).filter((task) => task.name === auto.name).length;
    await until(named, (count) => count === 1);
    await until(
      () => sample.docker("inspect", "--format", "{{.State.Health.Status}}", container("scheduler")),
      (state) => state === "healthy",
    );
    assert.equal(await named(), 1);
  });

  test("logs are one JSON object a line, from our own code and from the servers", async () => {
    for (const service of ["api", "app", "scheduler"]) {
      const lines = (await sample.docker("logs", container(service))).split("\n");
      assert.ok(lines.length > 0, service);
      for (const line of lines)
        assert.equal(typeof (JSON.parse(line) as { message: unknown }).message, "string", line);
    }
  });

  test("health tells the truth: without its database each says so, and recovers", async () => {
    const putBack = await sample.cutOff(container("postgres"));
    try {
      for (const url of [api, pages]) {
        assert.equal(
          await until(
            () => status(`${url}/health`),
            (code) => code === 503,
          ),
          503,
        );
        assert.equal(await status(`${url}/health/live`), 200);
      }
    } finally {
      await putBack();
    }
    for (const url of [api, pages])
      assert.equal(
        await until(
          () => status(`${url}/health`),
          (code) => code === 200,
        ),
        200,
      );
  });

  test("no secret stands in a container's environment, in the image's history or in a log", async () => {
    await assertHidden(sample, "ichrisbirch-production", ["ichrisbirch-api:latest"], secrets);
  });

  test("its own tests pass in a throw-away copy beside it", async () => {
    assert.match((await sample.gantry(["test"])).out, /tests passed/);
  });

  test("gantry verify finds nothing, with everything interrupted", async () => {
    await assertVerified(sample, { nothingFor: ["kernel"] });
  });

  test("data survives the containers, and migrations are not run twice", async () => {
    const before = await tasks();
    await sample.gantry(["down"]);
    await sample.gantry(["up", "--no-build"]);
    assert.deepEqual(await tasks(), before);
  });
});
