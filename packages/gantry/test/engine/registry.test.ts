import assert from "node:assert/strict";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { parseChallenge, RegistryClient, registryOrigin } from "../../src/engine/registry/client.ts";
import { ghcrShelf } from "../../src/engine/registry/ghcr.ts";
import { nextPage, waitOf } from "../../src/engine/registry/http.ts";
import { distributionShelf } from "../../src/engine/registry/shelf.ts";
import { pruneShelf } from "../../src/operations/prune/registry.ts";
import { type Answerer, Contents, digestOf, type FakeServer, sendJson, serve } from "./fake-registry.ts";

const day = (n: number): string => `2026-01-${String(n).padStart(2, "0")}T00:00:00Z`;
const nothing = { newest: 1, tags: [], digests: new Set<string>() };

async function problem(work: Promise<unknown>): Promise<GantryError["problems"][number]> {
  const error = await work.then(
    () => assert.fail("it should have failed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError, String(error));
  return error.problems[0] ?? assert.fail("an error without a problem");
}

function client(server: FakeServer, login?: { user: string; password: string }): RegistryClient {
  return new RegistryClient(
    { host: server.host, login, patience: { longestSeconds: 5, attempts: 3 } },
    "acme/app",
  );
}

const contents = (fill: (all: Contents) => void): { all: Contents; answer: Answerer } => {
  const all = new Contents();
  fill(all);
  return { all, answer: (request, response, url) => void all.answer(request, response, url, "acme/app") };
};

test("a list of tags is read over all of its pages", async () => {
  const { answer } = contents((all) => {
    for (const n of [1, 2, 3, 4, 5]) all.image(day(n), `v${n}`);
  });
  await using server = await serve(answer);
  const registry = client(server);
  assert.deepEqual(await registry.tags(), ["v1", "v2", "v3", "v4", "v5"]);
  assert.equal(server.requests.length, 3);
});

test("a login is exchanged for a token with the scope that the registry names, and never sent before it is asked for", async () => {
  const seen: (string | undefined)[] = [];
  const { all, answer } = contents((own) => own.image(day(1), "a"));
  assert.equal(all.tags.size, 1);
  await using server: FakeServer = await serve((request, response, url) => {
    seen.push(request.headers.authorization);
    if (url.pathname === "/token") {
      assert.equal(url.searchParams.get("service"), "registry.test");
      assert.equal(url.searchParams.get("scope"), "repository:acme/app:pull");
      sendJson(response, 200, { token: "tok" });
    } else if (request.headers.authorization !== "Bearer tok") {
      const challenge = `Bearer realm="http://${server.host}/token",service="registry.test",scope="repository:acme/app:pull"`;
      sendJson(response, 401, { errors: [] }, { "www-authenticate": challenge });
    } else answer(request, response, url);
  });
  const registry = client(server, { user: "lena", password: "pw" });
  assert.deepEqual(await registry.tags(), ["a"]);
  assert.deepEqual(seen, [undefined, `Basic ${Buffer.from("lena:pw").toString("base64")}`, "Bearer tok"]);
});

test("a registry that refuses is said with its own words and the way to log in", async () => {
  await using server = await serve((_request, response) =>
    sendJson(
      response,
      401,
      { errors: [{ code: "DENIED", message: "access forbidden" }] },
      { "www-authenticate": "Basic realm=x" },
    ),
  );
  const registry = client(server, { user: "a", password: "b" });
  const refused = await problem(registry.tags());
  assert.equal(refused.code, "GTY5502");
  assert.match(refused.why ?? "", /access forbidden/);
  assert.match(refused.fix ?? "", /docker login 127/);
});

test("a registry that throttles is asked again after the time that it says", async () => {
  const { answer } = contents((all) => all.image(day(1), "a"));
  let left = 2;
  await using server = await serve((request, response, url) => {
    if (left-- > 0)
      sendJson(response, 429, { errors: [{ code: "TOOMANYREQUESTS" }] }, { "retry-after": "0" });
    else answer(request, response, url);
  });
  const registry = client(server);
  assert.deepEqual(await registry.tags(), ["a"]);
  assert.equal(server.requests.length, 3);
});

test("a wait that is too long is told, not waited out; so is one that never ends", async () => {
  await using long = await serve((_request, response) =>
    sendJson(response, 429, {}, { "retry-after": "120" }),
  );
  const first = client(long);
  const told = await problem(first.tags());
  assert.deepEqual([told.code, long.requests.length], ["GTY5503", 1]);
  assert.match(told.what, /wait 120 s/);
  await using endless = await serve((_request, response) =>
    sendJson(response, 429, {}, { "retry-after": "0" }),
  );
  const second = client(endless);
  assert.equal((await problem(second.tags())).code, "GTY5503");
  assert.equal(endless.requests.length, 4);
});

test("times to wait are read as seconds, as a date, and as GitHub writes them", () => {
  // By the server's clock, whatever ours says.
  const date = "Thu, 01 Jan 2026 00:00:00 GMT";
  const wait = (status: number, headers: Record<string, string>): number | undefined =>
    waitOf({ status, headers: { date, ...headers } });
  assert.equal(wait(429, { "retry-after": "7" }), 7);
  assert.equal(wait(429, { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }), 9);
  assert.equal(wait(429, {}), 1);
  const reset = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.parse(date) / 1000 + 30) };
  assert.equal(wait(403, reset), 30);
  assert.equal(wait(403, {}), undefined);
  assert.equal(wait(200, { "retry-after": "7" }), undefined);
});

test("an answer that is cut off, and one that is whole but other, are found out", async () => {
  const { all } = contents((own) => own.image(day(1), "a"));
  const [digest, text] = [...all.manifests][0] as [string, string];
  await using cut = await serve((_request, response) => {
    response.writeHead(200, { "content-length": String(text.length) });
    response.write(text.slice(0, 40));
    response.destroy();
  });
  const first = client(cut);
  assert.match((await problem(first.manifest(digest))).code, /^GTY550[14]$/);
  await using short = await serve((_request, response) =>
    sendJson(response, 200, text.slice(0, 40), { "docker-content-digest": digest }),
  );
  const second = client(short);
  assert.equal((await problem(second.manifest("a"))).code, "GTY5504");
  assert.equal((await problem(second.manifest(digest))).code, "GTY5504");
  await using nonsense = await serve((_request, response) => sendJson(response, 200, "<html>"));
  const third = client(nonsense);
  assert.equal((await problem(third.tags())).code, "GTY5504");
});

test("no registry at all is said with its name", async () => {
  const gone = await serve(() => {});
  await gone[Symbol.asyncDispose]();
  const registry = client(gone);
  assert.equal((await problem(registry.tags())).code, "GTY5501");
});

test("a registry that does not delete, and one that fails on the way, leave the rest alone", async () => {
  const { all, answer } = contents((own) => {
    for (const n of [1, 2, 3]) own.image(day(n), `v${n}`);
  });
  await using server = await serve((request, response, url) => {
    if (request.method === "DELETE") sendJson(response, 405, { errors: [{ code: "UNSUPPORTED" }] });
    else answer(request, response, url);
  });
  const shelf = distributionShelf({ host: server.host }, "acme/app");
  assert.equal((await problem(pruneShelf(shelf, nothing, { apply: true }))).code, "GTY5506");
  assert.equal(all.manifests.size, 3);
});

test("a part of a kept image that the registry lost is told, and nothing is removed because of it", async () => {
  const lost = digestOf("lost");
  const { all, answer } = contents((own) => {
    own.index([own.image(day(9)), lost], "new");
    own.image(day(1), "old");
  });
  await using server = await serve(answer);
  const shelf = distributionShelf({ host: server.host }, "acme/app");
  const report = await pruneShelf(shelf, nothing, { apply: true });
  assert.deepEqual(report.vanished, [{ digest: lost, partOf: "new" }]);
  assert.deepEqual([...all.tags.keys()], ["new"]);
});

test("what would empty a repository is refused", async () => {
  const { all, answer } = contents((own) => own.image(day(1), "a"));
  await using server = await serve(answer);
  const shelf = distributionShelf({ host: server.host }, "acme/app");
  const keep = { ...nothing, newest: 0 };
  assert.equal((await problem(pruneShelf(shelf, keep, { apply: true }))).code, "GTY5518");
  assert.equal(all.tags.size, 1);
});

/**
 * GitHub's packages as its documentation describes them: versions in pages, tags in metadata, deletion by number. What was
 * pulled very often stays, and so does the last version with a tag; it says so with a 400.
 */
function github(
  all: Contents,
  kind: "orgs" | "users",
  limits: { remaining: number; readonly popular?: string },
): Answerer {
  const path = `/${kind}/acme/packages/container/app/versions`;
  const ids = new Map([...all.manifests.keys()].map((digest, index) => [index + 1, digest]));
  return (request, response, url) => {
    if (all.answer(request, response, url, "acme/app")) return;
    if (request.headers.authorization !== "Bearer gh") {
      sendJson(response, 401, { message: "Bad credentials" });
    } else if (limits.remaining-- <= 0) {
      limits.remaining = 100;
      sendJson(response, 403, { message: "API rate limit exceeded" }, { "retry-after": "0" });
    } else if (request.method === "DELETE" && url.pathname.startsWith(`${path}/`)) {
      const digest = ids.get(Number(url.pathname.slice(path.length + 1)));
      const tagged = new Set(all.tags.values());
      const refusal =
        digest === limits.popular
          ? "Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance."
          : tagged.size === 1 && tagged.has(digest ?? "")
            ? "You cannot delete the last tagged version of a package. You must delete the package instead."
            : undefined;
      if (refusal !== undefined) sendJson(response, 400, { message: refusal });
      else if (digest === undefined || !all.remove(digest)) sendJson(response, 404, { message: "Not Found" });
      else response.writeHead(204).end();
    } else if (url.pathname === path) {
      const page = Number(url.searchParams.get("page") ?? 1);
      const versions = [...ids]
        .filter(([, digest]) => all.manifests.has(digest))
        .map(([id, name]) => ({
          id,
          name,
          url: `http://${request.headers.host}${path}/${id}`,
          package_html_url: "http://github.test/acme/app",
          created_at: day(1),
          updated_at: day(1),
          html_url: `http://github.test/acme/app/${id}`,
          metadata: {
            package_type: "container",
            container: { tags: [...all.tags].filter(([, of]) => of === name).map(([tag]) => tag) },
          },
        }));
      const part = versions.slice((page - 1) * 2, page * 2);
      const link = `<http://${request.headers.host}${path}?per_page=100&page=${page + 1}>; rel="next"`;
      sendJson(response, 200, part, page * 2 < versions.length ? { link } : {});
    } else sendJson(response, 404, { message: "Not Found" });
  };
}

for (const kind of ["orgs", "users"] as const)
  test(`GitHub's packages of ${kind} lose old versions by number; parts of what stays stay although they have no tag`, async () => {
    const all = new Contents();
    const kept = [all.image(day(9)), all.image(day(9).replace("00:", "01:"))];
    const top = all.index(kept, "new", "latest");
    const old = [all.image(day(1))];
    const oldTop = all.index([...old, kept[0] as string], "old");
    const orphan = all.image(day(5));
    await using server = await serve(github(all, kind, { remaining: 3 }));
    const shelf = ghcrShelf({ host: server.host, api: `http://${server.host}`, token: "gh" }, "acme/app");
    const dry = await pruneShelf(shelf, nothing, { apply: false });
    assert.deepEqual(new Set(dry.remove), new Set([oldTop, ...old, orphan]));
    assert.equal(all.manifests.size, 6);
    const done = await pruneShelf(shelf, nothing, { apply: true });
    assert.deepEqual(done.removed, dry.remove);
    assert.deepEqual(new Set(all.manifests.keys()), new Set([top, ...kept]));
    assert.ok(done.removed.indexOf(oldTop) < done.removed.indexOf(old[0] as string));
  });

test("what GitHub does not let go stays whole, is told, and everything else goes", async () => {
  const all = new Contents();
  const top = all.index([all.image(day(9))], "new");
  const shared = all.image(day(2));
  const parts = [all.image(day(3)), shared];
  const popular = all.index(parts, "popular");
  const plain = all.index([all.image(day(1)), shared], "old");
  await using server = await serve(github(all, "orgs", { remaining: 100, popular }));
  const shelf = ghcrShelf({ host: server.host, api: `http://${server.host}`, token: "gh" }, "acme/app");
  const { refused, removed } = await pruneShelf(shelf, { ...nothing, newest: 1 }, { apply: true });
  assert.deepEqual(
    refused.map(({ item }) => item.digest),
    [popular],
  );
  assert.match(refused[0]?.because ?? "", /more than 5000 downloads/);
  assert.ok(removed.includes(plain));
  for (const digest of [top, popular, ...parts]) assert.ok(all.manifests.has(digest));
  assert.equal(all.manifests.size, 5);
});

test("GitHub keeps the last version with a tag", async () => {
  const all = new Contents();
  const deployed = all.image(day(1));
  const tagged = all.image(day(2), "a");
  await using server = await serve(github(all, "orgs", { remaining: 100 }));
  const shelf = ghcrShelf({ host: server.host, api: `http://${server.host}`, token: "gh" }, "acme/app");
  const keep = { ...nothing, newest: 0, digests: new Set([deployed]) };
  const { refused, removed } = await pruneShelf(shelf, keep, { apply: true });
  assert.deepEqual(
    refused.map(({ item, because }) => [item.digest, /last tagged version/.test(because)]),
    [[tagged, true]],
  );
  assert.deepEqual(removed, []);
});

test("GitHub without a token says which one it wants", async () => {
  await using server = await serve(github(new Contents(), "orgs", { remaining: 9 }));
  const shelf = ghcrShelf({ host: server.host, api: `http://${server.host}`, token: undefined }, "acme/app");
  const told = await problem(shelf.list());
  assert.equal(told.code, "GTY5516");
  assert.match(told.why ?? "", /Bad credentials/);
});

test("challenges, links and addresses are taken apart", () => {
  assert.deepEqual(
    parseChallenge('Bearer realm="https://a/t",service="s, x",scope="repository:a:pull,push"'),
    {
      scheme: "bearer",
      parameters: { realm: "https://a/t", service: "s, x", scope: "repository:a:pull,push" },
    },
  );
  const base = new URL("http://a/v2/x/tags/list");
  assert.equal(
    nextPage('</v2/x/tags/list?last=b&n=1>; rel="next"', base)?.href,
    "http://a/v2/x/tags/list?last=b&n=1",
  );
  assert.equal(nextPage('<http://a/1>; rel="prev", <http://a/3>; rel="next"', base)?.href, "http://a/3");
  assert.equal(nextPage(undefined, base), undefined);
  assert.equal(registryOrigin("127.0.0.1:5000"), "http://127.0.0.1:5000");
  assert.equal(registryOrigin("localhost"), "http://localhost");
  assert.equal(registryOrigin("ghcr.io"), "https://ghcr.io");
  assert.equal(registryOrigin("localhost.example.com"), "https://localhost.example.com");
});
