import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryClient } from "../../src/engine/registry/client.ts";
import { Contents, digestOf, sendJson, serve } from "../engine/fake-registry.ts";
import { makePlace, type Place, startRegistry } from "./place.ts";
import { noteDeployed, oneService } from "./ship/registry-stack.ts";

const within = { timeout: 600_000 };
const images = ["registry:3", "node:24-trixie-slim"];
const commitAs = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];

const files = {
  "app/Dockerfile":
    'FROM node:24-trixie-slim\nCOPY main.js /main.js\nUSER 1000:1000\nCMD ["node", "/main.js"]\n',
  "app/main.js": "setInterval(() => {}, 1000);\n",
};

async function commit(place: Place, message: string): Promise<string> {
  await place.run("git", "add", ".");
  await place.run("git", ...commitAs, "commit", "-qm", message);
  return (await place.run("git", "rev-parse", "HEAD")).slice(0, 7);
}

interface Pushed {
  readonly images: readonly {
    readonly repository: string;
    readonly tags: readonly string[];
    readonly digest: string;
  }[];
}

async function push(place: Place, ...args: readonly string[]): Promise<Pushed["images"][number]> {
  const out = await place.must(["push", "--env", "production", "--format", "json", ...args]);
  const line = out.trim().split("\n").at(-1) as string;
  const [image] = (JSON.parse(line) as { result: Pushed }).result.images;
  return image ?? assert.fail(out);
}

test(
  "push names one digest by commit, branch and release; latest only from the main branch",
  within,
  async () => {
    await using place = await makePlace({ stack: oneService(), files, images });
    await using server = await startRegistry(place, {});
    const prefix = ["--registry", `${server.host}/acme`];
    await place.run("git", "init", "-q", "-b", "main");
    assert.match((await place.gantry(["push", "--env", "production", ...prefix])).err, /GTY5510|GTY5509/);
    // Rendered files are part of the commit.
    await place.must(["render"]);
    const first = await commit(place, "one");
    await place.run("git", "tag", "v1.0.0");
    const main = await push(place, ...prefix);
    assert.deepEqual(main.tags, [`sha-${first}`, "v1.0.0", "main", `main-${first}`, "latest"]);
    const registry = new RegistryClient({ host: server.host }, `acme/${place.name}-api`);
    assert.deepEqual([...(await registry.tags())].sort(), [...main.tags].sort());
    for (const tag of main.tags) assert.equal((await registry.manifest(tag))?.digest, main.digest, tag);

    await place.run("git", "checkout", "-q", "-b", "feature/new");
    place.write("app/main.js", "setInterval(() => {}, 2000);\n");
    assert.match((await place.gantry(["push", "--env", "production", ...prefix])).err, /GTY5509/);
    const second = await commit(place, "two");
    const branch = await push(place, ...prefix);
    assert.deepEqual(branch.tags, [`sha-${second}`, "feature-new", `feature-new-${second}`]);
    assert.notEqual(branch.digest, main.digest);
    assert.equal((await registry.manifest("latest"))?.digest, main.digest);

    const ci = {
      GITHUB_ACTIONS: "true",
      GITHUB_REF: "refs/pull/12/merge",
      GITHUB_SHA: "a".repeat(40),
      TAG: "",
    };
    await place.must(["push", "--env", "production", ...prefix], { env: ci });
    assert.equal((await registry.manifest("pr-12"))?.digest, branch.digest);

    // Asked for a platform, the builder pushes by itself: again all tags for one digest.
    const built = await push(place, ...prefix, "--platform", "linux/amd64", "--tag", "a", "--tag", "b");
    assert.deepEqual(built.tags, ["a", "b"]);
    for (const tag of built.tags) assert.equal((await registry.manifest(tag))?.digest, built.digest, tag);
  },
);

test(
  "push says it when there is no registry, none that answers, and when a builder cannot do what the stack asks",
  within,
  async () => {
    await using place = await makePlace({ stack: oneService(), files, images });
    assert.match((await place.gantry(["push", "--tag", "a"])).err, /GTY5508/);
    assert.match((await place.gantry(["push", "--tag", "a b", "--registry", "r.example/x"])).err, /GTY5511/);
    const closed = await startRegistry(place, {});
    await closed[Symbol.asyncDispose]();
    const away = await place.gantry(["push", "--tag", "a", "--registry", closed.host]);
    assert.match(away.err, /GTY5501/);
    await using busy = await serve((request, response) =>
      request.url === "/v2/"
        ? sendJson(response, 200, {})
        : sendJson(
            response,
            429,
            { errors: [{ code: "TOOMANYREQUESTS", message: "slow down" }] },
            { "retry-after": "120" },
          ),
    );
    assert.match((await place.gantry(["push", "--tag", "a", "--registry", busy.host])).err, /GTY5503/);
    const two = await place.gantry([
      "push",
      "--tag",
      "a",
      "--registry",
      closed.host,
      "--platform",
      "linux/amd64,linux/s390x",
    ]);
    assert.match(two.err, /GTY5514/);
  },
);

/** Puts made-up images into a real registry. */
async function upload(host: string, repository: string, contents: Contents): Promise<void> {
  for (const [digest, text] of contents.blobs) {
    const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const place = new URL(begun.headers.get("location") ?? "", `http://${host}`);
    place.searchParams.set("digest", digest);
    const put = await fetch(place, {
      method: "PUT",
      body: text,
      headers: { "content-type": "application/octet-stream" },
    });
    assert.equal(put.status, 201, await put.text());
  }
  const put = async (reference: string, text: string): Promise<void> => {
    const { mediaType } = JSON.parse(text) as { mediaType: string };
    const answer = await fetch(`http://${host}/v2/${repository}/manifests/${reference}`, {
      method: "PUT",
      body: text,
      headers: { "content-type": mediaType },
    });
    assert.equal(answer.status, 201, await answer.text());
  };
  for (const [digest, text] of contents.manifests) await put(digest, text);
  for (const [tag, digest] of contents.tags) await put(tag, contents.manifests.get(digest) as string);
}

test(
  "prune takes old images whole, leaves what is kept whole, and what is deployed alone",
  within,
  async () => {
    await using place = await makePlace({ stack: oneService(), files, images });
    await using server = await startRegistry(place, { REGISTRY_STORAGE_DELETE_ENABLED: "true" });
    const repository = `acme/${place.name}-api`;
    const day = (n: number): string => `2020-01-0${n}T00:00:00Z`;
    const all = new Contents();
    const shared = all.image(day(1));
    const attestation = all.image("");
    const oldChild = all.image(day(2));
    const old = all.index([shared, oldChild, attestation], "v0.1.0");
    const signature = all.image(day(2), `sha256-${old.slice(7)}.sig`);
    const newest = all.index([shared, all.image(day(9))], "v0.9.0");
    const note = all.put({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 },
      layers: [],
      subject: {
        mediaType: "application/vnd.oci.image.index.v1+json",
        digest: newest,
        size: all.manifests.get(newest)?.length,
      },
    });
    all.blobs.set(digestOf("{}"), "{}");
    const fallback = all.index([note], newest.replace(":", "-"));
    const second = all.image(day(8), "v0.8.0");
    const deployed = all.image(day(1).replace("T00", "T01"), "v0.0.9");
    await upload(server.host, repository, all);
    const registry = new RegistryClient({ host: server.host }, repository);
    const there = async (...digests: readonly string[]): Promise<readonly boolean[]> =>
      Promise.all(digests.map(async (digest) => (await registry.manifest(digest)) !== undefined));

    // As a deploy writes it down: the old image serves, by its digest.
    await noteDeployed(place, deployed);
    const prune = [
      "prune",
      "registry",
      "--env",
      "production",
      "--registry",
      `${server.host}/acme`,
      "--keep",
      "2",
    ];
    const dry = await place.must(prune);
    assert.match(dry, /goes\s+v0\.1\.0/);
    assert.match(dry, /stays\s+v0\.0\.9\s+deployed/);
    assert.deepEqual(await there(old, oldChild, attestation, signature), [true, true, true, true]);

    await place.must([...prune, "--yes"]);
    assert.deepEqual(await there(old, oldChild, attestation, signature), [false, false, false, false]);
    assert.deepEqual(await there(newest, shared, note, fallback, second, deployed), [
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    assert.deepEqual([...(await registry.tags())].sort(), [
      newest.replace(":", "-"),
      "v0.0.9",
      "v0.8.0",
      "v0.9.0",
    ]);
    assert.match(await place.must([...prune, "--yes"]), /0 manifests/);

    // The registry's own collector agrees: what is kept is still whole afterwards.
    await place.run(
      "docker",
      "exec",
      server.container,
      "registry",
      "garbage-collect",
      "/etc/distribution/config.yml",
    );
    for (const digest of [newest, second, deployed]) {
      const manifest = await registry.manifest(digest);
      for (const child of manifest?.manifests ?? []) {
        const part = await registry.manifest(child.digest);
        assert.ok(part?.config !== undefined && (await registry.created(part.config)) !== undefined);
      }
    }
  },
);

test("a registry that does not delete says how to let it", within, async () => {
  await using place = await makePlace({ stack: oneService(), files, images });
  await using server = await startRegistry(place, {});
  const all = new Contents();
  all.image("2020-01-01T00:00:00Z", "a");
  all.image("2020-01-02T00:00:00Z", "b");
  await upload(server.host, `${place.name}-api`, all);
  const ended = await place.gantry(["prune", "registry", "--registry", server.host, "--keep", "1", "--yes"]);
  assert.equal(ended.code, 1);
  assert.match(ended.err, /GTY5506[\s\S]*REGISTRY_STORAGE_DELETE_ENABLED/);
});

test("old images of this machine go, those that containers use stay", within, async () => {
  await using place = await makePlace({ stack: oneService(), files, images });
  const repository = `${place.name}-api`;
  for (const n of [1, 2, 3]) {
    place.write("app/main.js", `setInterval(() => {}, ${n}000);\n`);
    // Engines tell ages to the second, and three builds may fit into one.
    const env = { SOURCE_DATE_EPOCH: String(1_700_000_000 + n) };
    await place.must(["build", "--env", "production", "--tag", `v${n}`], { env });
  }
  const container = await place.run("docker", "create", `${repository}:v1`);
  try {
    const prune = ["prune", "images", "--env", "production", "--keep", "1"];
    const tags = async (): Promise<readonly string[]> =>
      (await place.run("docker", "images", "--format", "{{.Tag}}", repository)).split("\n").sort();
    assert.match(await place.must(prune), /stays.*v3[\s\S]*goes.*v2[\s\S]*stays.*v1/);
    assert.deepEqual(await tags(), ["v1", "v2", "v3"]);
    await place.must([...prune, "--yes"]);
    assert.deepEqual(await tags(), ["v1", "v3"]);
  } finally {
    await place.run("docker", "rm", container);
  }
});
