import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Manifest, RegistryClient } from "../../src/engine/registry/client.ts";
import { makePlace } from "./place.ts";
import { startContainerdEngine } from "./ship/containerd-engine.ts";
import { noteDeployed, oneService } from "./ship/registry-stack.ts";

/** Nothing runs while it is built, so no machine of another kind has to be imitated. */
const build = 'build: { platforms: ["linux/amd64", "linux/arm64"], provenance: true },';

const files = {
  "app/Dockerfile":
    'FROM scratch\nARG TARGETARCH\nCOPY main-$TARGETARCH /main\nUSER 1000:1000\nCMD ["/main"]\n',
  "app/main-amd64": "for amd64, one",
  "app/main-arm64": "for arm64, one",
};

async function manifestText(repository: string, digest: string): Promise<string> {
  const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
  return (await fetch(`${repository}/manifests/${digest}`, { headers })).text();
}

/** An attestation in a registry: one layer for each statement. */
interface Attestation {
  readonly layers: readonly {
    readonly digest: string;
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

/** What is read here of a statement about the packages in an image. */
interface Inventory {
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[];
  readonly predicate: {
    readonly packages: readonly { readonly name: string; readonly versionInfo?: string }[];
  };
}

test("images of two platforms with provenance are pushed for real, and prune takes the old ones whole", {
  timeout: 600_000,
}, async () => {
  await using place = await makePlace({
    stack: oneService(build),
    files,
    images: ["registry:3", "debian:trixie-slim"],
  });
  await using engine = await startContainerdEngine(place);
  const env = { DOCKER_HOST: engine.host };
  const target = ["--env", "production", "--registry", `${engine.registry}/acme`];

  const here = await place.gantry(["push", ...target, "--tag", "v1"]);
  assert.notEqual(here.code, 0);
  assert.match(
    here.err.replace(/\s+/g, " "),
    /GTY5514.*linux\/amd64 and linux\/arm64.*docker-container.*containerd image store/,
  );

  const registry = new RegistryClient({ host: engine.registry }, `acme/${place.name}-api`);
  const digests = new Map<string, string>();
  for (const [n, tag] of ["v1", "v2", "v3"].entries()) {
    place.write("app/main-arm64", `for arm64, ${tag}`);
    const when = { SOURCE_DATE_EPOCH: String(1_700_000_000 + n * 60) };
    const out = await place.must(["push", ...target, "--tag", tag, "--format", "json"], {
      env: { ...env, ...when },
    });
    const { result } = JSON.parse(out.trim().split("\n").at(-1) as string) as {
      readonly result: { readonly images: readonly { readonly digest: string }[] };
    };
    digests.set(tag, result.images[0]?.digest ?? "");
  }
  const repository = `http://${engine.registry}/v2/acme/${place.name}-api`;
  const index = async (tag: string): Promise<Manifest> =>
    (await registry.manifest(digests.get(tag) ?? "")) ?? assert.fail(`${tag} is not there`);
  const before = new Map<string, readonly string[]>();
  for (const tag of digests.keys()) {
    const { digest, manifests } = await index(tag);
    assert.equal((await registry.manifest(tag))?.digest, digest, "the tag means what push said");
    // Two platforms, and what was noted of how each was built.
    assert.equal(manifests.length, 4);
    before.set(tag, [digest, ...manifests.map((child) => child.digest)]);
    const texts = await Promise.all(manifests.map((child) => manifestText(repository, child.digest)));
    const notes = texts.filter((text) => text.includes('"application/vnd.in-toto+json"'));
    assert.equal(notes.length, 2);
  }
  const parts = (tag: string): readonly string[] => before.get(tag) ?? [];

  // The oldest one is deployed, by the digest of its index.
  await noteDeployed(place, digests.get("v1") ?? "");
  const prune = ["prune", "registry", ...target, "--keep", "1"];
  const dry = await place.must(prune, { env });
  assert.match(dry, /goes\s+v2/);
  assert.match(dry, /stays\s+v1\s+deployed/);
  await place.must([...prune, "--yes"], { env });
  const there = async (tag: string): Promise<readonly string[]> =>
    (
      await Promise.all(
        parts(tag).map(async (digest) => ((await registry.manifest(digest)) === undefined ? "" : digest)),
      )
    ).filter((digest) => digest !== "");
  for (const tag of ["v1", "v3"]) assert.deepEqual(await there(tag), parts(tag), `${tag} is whole`);
  const kept = [...parts("v1"), ...parts("v3")];
  assert.deepEqual(
    await there("v2"),
    parts("v2").filter((digest) => kept.includes(digest)),
    "of v2 only what others have too",
  );
  assert.deepEqual([...(await registry.tags())].sort(), ["v1", "v3"]);
  // Whoever pulls what is deployed gets it, for the other platform as well.
  const reference = `${engine.registry}/acme/${place.name}-api@${digests.get("v1")}`;
  await place.run("docker", "--host", engine.host, "pull", "--quiet", "--platform", "linux/arm64", reference);
});

test("an inventory of the packages in an image is pushed beside it, when the stack asks for one", {
  timeout: 600_000,
}, async () => {
  const scanner = "docker/buildkit-syft-scanner:stable-1";
  await using place = await makePlace({
    stack: oneService("build: { sbom: true },"),
    files: {
      "app/Dockerfile": 'FROM scratch\nCOPY . /app/\nUSER 1000:1000\nCMD ["/main"]\n',
      "app/node_modules/left/package.json": '{ "name": "left", "version": "4.5.6", "license": "MIT" }',
    },
    images: ["registry:3", "debian:trixie-slim", scanner],
  });
  await using engine = await startContainerdEngine(place);
  // The builder there starts it; what is in its store it does not look for elsewhere.
  const archive = join(place.root, "scanner.tar");
  await place.run("docker", "save", "--output", archive, scanner);
  await place.run("docker", "--host", engine.host, "load", "--quiet", "--input", archive);
  rmSync(archive);
  await place.must(["push", "--env", "production", "--registry", `${engine.registry}/acme`, "--tag", "v1"], {
    env: { DOCKER_HOST: engine.host },
  });

  const registry = new RegistryClient({ host: engine.registry }, `acme/${place.name}-api`);
  const repository = `http://${engine.registry}/v2/acme/${place.name}-api`;
  const { manifests } = (await registry.manifest("v1")) ?? assert.fail("the tag is not there");
  assert.equal(manifests.length, 2, "the image, and what is said of it");
  const [image, said] = manifests.map((child) => child.digest) as [string, string];
  const { layers } = JSON.parse(await manifestText(repository, said)) as Attestation;
  const types = layers.map(({ annotations }) => annotations?.["in-toto.io/predicate-type"]);
  assert.deepEqual(types, ["https://spdx.dev/Document"]);
  const text = await (await fetch(`${repository}/blobs/${layers[0]?.digest}`)).text();
  const { subject, predicate } = JSON.parse(text) as Inventory;
  assert.ok(
    subject.some(({ digest }) => `sha256:${digest.sha256}` === image),
    "it is about this image",
  );
  const left = predicate.packages.find(({ name }) => name === "left");
  assert.equal(left?.versionInfo, "4.5.6");
});
