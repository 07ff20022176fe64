import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImageInspect } from "../../src/engine/api-types.ts";
import { isAlike } from "../../src/operations/build.ts";

function image(labels: Readonly<Record<string, string>>, change: Partial<ImageInspect> = {}): ImageInspect {
  return {
    Id: `sha256:${JSON.stringify(labels)}`,
    RepoTags: null,
    Size: 1,
    Created: "2026-11-21T00:00:00Z",
    Architecture: "amd64",
    Config: { Labels: labels, User: "101:101", Cmd: ["nginx"] },
    RootFS: { Layers: ["sha256:a", "sha256:b"] },
    ...change,
  };
}

const first = image({ "org.opencontainers.image.revision": "one", vendor: "acme" });

test("a commit that changes nothing in an image makes no other image of it", () => {
  const second = image(
    {
      "org.opencontainers.image.revision": "two",
      "org.opencontainers.image.version": "v2",
      vendor: "acme",
    },
    { Created: "2026-11-22T00:00:00Z" },
  );
  assert.equal(isAlike(first, second), true);
});

test("files, settings and other labels do", () => {
  const same = { "org.opencontainers.image.revision": "two", vendor: "acme" };
  assert.equal(isAlike(first, image(same, { RootFS: { Layers: ["sha256:a", "sha256:c"] } })), false);
  assert.equal(isAlike(first, image(same, { Config: { Labels: same, User: "0:0", Cmd: ["nginx"] } })), false);
  assert.equal(isAlike(first, image({ ...same, vendor: "other" })), false);
});

test("an engine that tells no layers proves nothing", () => {
  const { RootFS: _, ...bare } = first;
  assert.equal(isAlike(bare, bare), false);
});
