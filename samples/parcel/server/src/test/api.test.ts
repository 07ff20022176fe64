import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { createLog, serve } from "@gantry/runtime";
import { WebSocket } from "ws";
import { createApp } from "../http/app.ts";
import { attachLiveSocket, createLiveSocket } from "../http/live-routes.ts";
import { createSessions } from "../http/sessions.ts";
import { createParcelCache } from "../parcels/cache.ts";
import { listenToEvents } from "../parcels/live.ts";
import type { Parcel, TrackedParcel } from "../parcels/parcel.ts";
import { recordEvent } from "../parcels/repository.ts";
import { openEnvironment, type TestEnvironment, until } from "./environment.ts";

interface Api extends AsyncDisposable {
  readonly environment: TestEnvironment;
  readonly url: string;
  /** Numbers of the parcels whose journey was started. */
  readonly started: readonly string[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  create(description?: string, headers?: Record<string, string>): Promise<Parcel>;
}

const parcel = { sender: "Ada", recipient: "Grace", description: "A book" };

async function startApi(options: { readonly rateLimit?: number } = {}): Promise<Api> {
  const environment = await openEnvironment();
  const { settings, database, cacheRedis, queueRedis, prefix } = environment;
  const fail = (error: unknown): void => assert.fail(error as Error);
  const live = listenToEvents(settings, fail);
  const cache = createParcelCache(cacheRedis, prefix, fail);
  live.subscribe((message) => {
    if (message.kind === "event") void cache.outdate(message.event.number, message.event.id);
  });
  const started: string[] = [];
  const sockets = createLiveSocket(live);
  const app = createApp({
    database,
    live,
    cache,
    cacheRedis,
    prefix,
    version: "1.2.3",
    rateLimit: options.rateLimit ?? 1_000,
    sessions: createSessions(queueRedis, prefix, settings.sessionKey),
    queueFirstStep: async ({ number }) => void started.push(number),
    trackStream: (response) => service.shutdown.trackStream(response),
    onError: fail,
  });
  await app.ready();
  const service = await serve({
    service: "api",
    port: 0,
    host: "127.0.0.1",
    log: createLog({ service: "api", level: "silent" }),
    handler: (request, response) => app.routing(request, response),
    attach: (server) => attachLiveSocket(server, sockets),
    webSockets: [sockets],
    shutdown: { signals: [], exit: () => undefined },
  });
  await until(() => live.connected);
  const url = `http://127.0.0.1:${service.port}`;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return {
    environment,
    url,
    started,
    post,
    create: async (description = parcel.description, headers = {}) =>
      (await (await post("/api/parcels", { ...parcel, description }, headers)).json()) as Parcel,
    [Symbol.asyncDispose]: async () => {
      await service.shutdown.begin("the test is over");
      await live.close();
      await app.close();
      await environment[Symbol.asyncDispose]();
    },
  };
}

suite("parcels", () => {
  test("a new parcel is stored with its first event, and its journey starts", async () => {
    await using api = await startApi();
    const response = await api.post("/api/parcels", parcel);
    assert.equal(response.status, 201);
    const created = (await response.json()) as Parcel;
    assert.equal(response.headers.get("location"), `/api/parcels/${created.number}`);
    assert.deepEqual(api.started, [created.number]);
    const read = (await (await fetch(`${api.url}/api/parcels/${created.number}`)).json()) as TrackedParcel;
    assert.deepEqual(
      { sender: read.sender, recipient: read.recipient, description: read.description, status: read.status },
      { ...parcel, status: "accepted" },
    );
    assert.deepEqual(
      read.events.map(({ status }) => status),
      ["accepted"],
    );
  });

  test("input that is not valid names every field, and stores nothing", async () => {
    await using api = await startApi();
    const response = await api.post("/api/parcels", { sender: " ", recipient: "x".repeat(81) });
    assert.equal(response.status, 400);
    const { problems } = (await response.json()) as { problems: { field: string }[] };
    assert.deepEqual(
      problems.map(({ field }) => field),
      ["sender", "recipient", "description"],
    );
    assert.equal((await api.post("/api/parcels", "not an object")).status, 400);
    const { rows } = await api.environment.database.query("SELECT 1 FROM parcels");
    assert.equal(rows.length, 0);
  });

  test("a number that no parcel has is not found", async () => {
    await using api = await startApi();
    for (const number of ["PX-2222-2222-22", "nonsense", "%27"]) {
      assert.equal((await fetch(`${api.url}/api/parcels/${number}`)).status, 404);
    }
  });

  test("lists go page by page, the newest first", async () => {
    await using api = await startApi();
    for (const description of ["first", "second", "third"]) await api.create(description);
    const page = async (query: string): Promise<readonly Parcel[]> =>
      ((await (await fetch(`${api.url}/api/parcels?${query}`)).json()) as { parcels: Parcel[] }).parcels;
    const newest = await page("limit=2");
    assert.deepEqual(
      newest.map(({ description }) => description),
      ["third", "second"],
    );
    const rest = await page(`limit=2&before=${newest[1]?.number}`);
    assert.deepEqual(
      rest.map(({ description }) => description),
      ["first"],
    );
    assert.equal((await fetch(`${api.url}/api/parcels?limit=1000`)).status, 400);
  });
});

suite("cache", () => {
  test("the second read comes from the cache, and an unchanged answer is not sent again", async () => {
    await using api = await startApi();
    const { number } = await api.create();
    const address = `${api.url}/api/parcels/${number}`;
    const first = await fetch(address);
    const second = await fetch(address);
    assert.deepEqual(
      [first, second].map((response) => response.headers.get("x-cache")),
      ["miss", "hit"],
    );
    assert.equal(await first.text(), await second.text());
    const etag = first.headers.get("etag") ?? "";
    const third = await fetch(address, { headers: { "if-none-match": etag } });
    assert.equal(third.status, 304);
  });

  test("after an event the parcel is read anew, even if a slow reader stores what it had read before", async () => {
    await using api = await startApi();
    const { environment } = api;
    const { number } = await api.create();
    const address = `${api.url}/api/parcels/${number}`;
    await fetch(address);
    const key = `${environment.prefix}:parcel:${number}`;
    const old = await environment.cacheRedis.get(key);
    assert.ok(old !== null);
    await recordEvent(environment.database, number, "sorted", "Sorting centre");
    await until(async () => ((await (await fetch(address)).json()) as Parcel).status === "sorted");
    await environment.cacheRedis.set(key, old);
    const again = await fetch(address);
    assert.equal(((await again.json()) as Parcel).status, "sorted");
  });
});

suite("sessions", () => {
  test("signing in gives a session, which names the sender's parcels and ends with signing out", async () => {
    await using api = await startApi();
    const answer = await api.post("/api/session", { name: "Ada" });
    const setCookie = answer.headers.get("set-cookie") ?? "";
    assert.match(setCookie, /; HttpOnly; SameSite=Lax;/);
    const headers = { cookie: setCookie.split(";", 1)[0] ?? "" };
    const name = async (): Promise<unknown> =>
      ((await (await fetch(`${api.url}/api/session`, { headers })).json()) as { name: unknown }).name;
    assert.equal(await name(), "Ada");
    await api.create("somebody else's");
    await api.create("mine", headers);
    const mine = (await (await fetch(`${api.url}/api/parcels?mine=1`, { headers })).json()) as {
      parcels: Parcel[];
    };
    assert.deepEqual(
      mine.parcels.map(({ description, createdBy }) => ({ description, createdBy })),
      [{ description: "mine", createdBy: "Ada" }],
    );
    await fetch(`${api.url}/api/session`, { method: "DELETE", headers });
    assert.equal(await name(), null);
  });

  test("a cookie that was tampered with is no session", async () => {
    await using api = await startApi();
    const setCookie = (await api.post("/api/session", { name: "Ada" })).headers.get("set-cookie") ?? "";
    const [pair = ""] = setCookie.split(";", 1);
    const id = pair.slice(0, pair.indexOf("."));
    for (const cookie of [id, `${id}.`, `${id}.AAAA`, "parcel_session=x.y"]) {
      const session = (await (
        await fetch(`${api.url}/api/session`, { headers: { cookie } })
      ).json()) as object;
      assert.deepEqual(session, { name: null });
    }
    assert.equal((await fetch(`${api.url}/api/parcels?mine=1`)).status, 401);
  });
});

suite("rate limit", () => {
  test("a client that writes too often is told to wait, reads and other clients are not", async () => {
    await using api = await startApi({ rateLimit: 2 });
    const send = (address: string): Promise<Response> =>
      api.post("/api/parcels", parcel, { "x-forwarded-for": address });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await send("203.0.113.1")).status);
    assert.deepEqual(statuses, [201, 201, 429]);
    const refused = await send("203.0.113.1");
    const wait = Number(refused.headers.get("retry-after"));
    assert.ok(wait > 0 && wait <= 60);
    assert.equal((await send("203.0.113.2")).status, 201);
    const read = await fetch(`${api.url}/api/parcels`, { headers: { "x-forwarded-for": "203.0.113.1" } });
    assert.equal(read.status, 200);
  });
});

suite("live", () => {
  test("an event stream sends what happened and then what happens, and goes on after the last id", async () => {
    await using api = await startApi();
    const { number } = await api.create();
    const address = `${api.url}/api/parcels/${number}/events`;
    const first = await readStream(address, async (text) => {
      await until(() => text().includes('"accepted"'));
      await recordEvent(api.environment.database, number, "sorted", "Sorting centre");
      await until(() => text().includes('"sorted"'));
    });
    const ids = [...first.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    assert.equal(ids.length, 2);
    const second = await readStream(
      address,
      async (text) => {
        await recordEvent(api.environment.database, number, "in transit", "On the road");
        await until(() => text().includes('"in transit"'));
      },
      { "last-event-id": String(ids[1]) },
    );
    assert.doesNotMatch(second, /"accepted"|"sorted"/);
    assert.equal((await fetch(`${api.url}/api/parcels/PX-2222-2222-22/events`)).status, 404);
  });

  test("a WebSocket gets the events of all parcels, and a goodbye when the server shuts down", async () => {
    const api = await startApi();
    const heard: string[] = [];
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/live`);
    socket.on("message", (data) => heard.push(String(data)));
    await until(() => heard.some((message) => message.includes("hello")));
    const { number } = await api.create();
    await until(() => heard.some((message) => message.includes(number)));
    const closed = once(socket, "close");
    await api[Symbol.asyncDispose]();
    const [code] = await closed;
    assert.equal(code, 1001);
  });

  test("an upgrade to anything else is refused", async () => {
    await using api = await startApi();
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/elsewhere`);
    const [error] = (await once(socket, "error")) as [Error];
    assert.match(error.message, /404/);
  });
});

async function readStream(
  address: string,
  during: (text: () => string) => Promise<void>,
  headers: Record<string, string> = {},
): Promise<string> {
  const controller = new AbortController();
  const response = await fetch(address, { headers, signal: controller.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  let text = "";
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  await during(() => text);
  controller.abort();
  await reading;
  return text;
}
