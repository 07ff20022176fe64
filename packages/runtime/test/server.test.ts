import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createLog, type ServeOptions, type Service, serve, setRoute } from "../src/index.ts";
import { until } from "./until.ts";

type Started = Service & AsyncDisposable & { readonly lines: () => readonly Record<string, unknown>[] };

async function start(options: Partial<ServeOptions> = {}): Promise<Started> {
  const written: string[] = [];
  const log = createLog({
    service: "test",
    destination: { write: (line: string) => void written.push(line) },
  });
  const service = await serve({
    service: "test",
    version: "1.2.3",
    port: 0,
    host: "127.0.0.1",
    log,
    ...options,
    shutdown: { signals: [], exit: () => undefined },
  });
  return {
    ...service,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    [Symbol.asyncDispose]: async () => void (await service.shutdown.begin("the test is over")),
  };
}

const url = (service: Service, path: string): string => `http://127.0.0.1:${service.port}${path}`;

suite("serve", () => {
  test("answers health at three addresses", async () => {
    await using service = await start({ checks: [{ name: "database", check: () => false }] });
    const statuses = await Promise.all(
      ["/health", "/health/ready?verbose=1", "/health/live"].map(
        async (path) => (await fetch(url(service, path))).status,
      ),
    );
    assert.deepEqual(statuses, [503, 503, 200]);
    const report = (await (await fetch(url(service, "/health"))).json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(report), ["status", "version", "uptime", "checks"]);
  });

  test("labels metrics with the route's pattern, never the path", async () => {
    await using service = await start({
      handler: (_request, response) => {
        setRoute("/parcels/:id");
        response.end("ok");
      },
    });
    await (await fetch(url(service, "/parcels/8"))).text();
    const metrics = await (await fetch(url(service, "/metrics"))).text();
    assert.match(metrics, /http_request_duration_seconds_count\{.*route="\/parcels\/:id",status="200".*\} 1/);
    assert.doesNotMatch(metrics, /parcels\/8/);
  });

  test("knows the routes of Express, and calls what nobody named other", async () => {
    await using service = await start({
      handler: (request, response) => {
        if (request.url === "/v1/parcels/8")
          Object.assign(request, { baseUrl: "/v1", route: { path: "/parcels/:id" } });
        response.end("ok");
      },
    });
    for (const path of ["/v1/parcels/8", "/wp-login.php"]) await (await fetch(url(service, path))).text();
    const metrics = await (await fetch(url(service, "/metrics"))).text();
    assert.match(metrics, /route="\/v1\/parcels\/:id"/);
    assert.match(metrics, /route="other"/);
    assert.doesNotMatch(metrics, /wp-login/);
  });

  test("tells a client that left from an event stream that came to its end", async () => {
    await using service = await start({
      handler: (request, response) => {
        const type = request.url === "/stream" ? "text/event-stream" : "text/plain";
        response.writeHead(200, { "content-type": type }).write("the beginning");
      },
    });
    for (const path of ["/stream", "/file"]) {
      const controller = new AbortController();
      await fetch(url(service, path), { signal: controller.signal });
      controller.abort();
    }
    const requests = () => service.lines().filter((line) => line["msg"] === "request");
    await until(() => requests().length === 2);
    const statuses = Object.fromEntries(requests().map((line) => [line["path"], line["status"]]));
    assert.deepEqual(statuses, { "/stream": 200, "/file": 499 });
  });

  test("gives every request an id: the caller's, or a new one; on the answer and on the log line", async () => {
    await using service = await start({ handler: (_request, response) => void response.end("ok") });
    const given = await fetch(url(service, "/a?token=abc"), { headers: { "x-request-id": "mine-1" } });
    assert.equal(given.headers.get("x-request-id"), "mine-1");
    const made = await fetch(url(service, "/b"));
    assert.match(made.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
    await until(() => service.lines().filter((line) => line["msg"] === "request").length === 2);
    const line = service.lines().find((candidate) => candidate["requestId"] === "mine-1");
    assert.equal(line?.["path"], "/a", "query strings may hold secrets");
    assert.equal(line?.["status"], 200);
  });

  test("a handler that throws costs its own request only, and shows nothing", async () => {
    await using service = await start({ handler: () => Promise.reject(new Error("private detail")) });
    const response = await fetch(url(service, "/"));
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), { error: "internal error" });
    assert.ok(service.lines().some((line) => line["msg"] === "a request failed"));
    assert.equal((await fetch(url(service, "/health"))).status, 200);
  });

  test("without a handler everything else is 404", async () => {
    await using service = await start();
    assert.equal((await fetch(url(service, "/"))).status, 404);
  });

  test("a port in use is an error of the call", async () => {
    await using service = await start();
    await assert.rejects(start({ port: service.port }), { code: "EADDRINUSE" });
  });
});
