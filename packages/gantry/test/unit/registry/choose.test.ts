import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { choose, type Item, type Keep } from "../../../src/operations/prune/choose.ts";
import { chooseLocal } from "../../../src/operations/prune/local.ts";
import { splitPrefix } from "../../../src/operations/prune/run.ts";

const digest = (name: string): string => `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0")}`;
const item = (name: string, created: number | undefined, part: Partial<Item> = {}): Item => ({
  digest: digest(name),
  tags: [],
  created,
  children: [],
  config: undefined,
  subject: undefined,
  ...part,
});
const keep = (part: Partial<Keep> = {}): Keep => ({ newest: 1, tags: [], digests: new Set(), ...part });
const removed = (items: readonly Item[], how: Keep): readonly string[] => choose(items, how).remove;

test("the newest stay by age, whatever their tags are called", () => {
  const items = [item("a", 1, { tags: ["z"] }), item("b", 3, { tags: ["a"] }), item("c", 2, { tags: ["m"] })];
  assert.deepEqual(removed(items, keep()), [digest("c"), digest("a")].sort());
  assert.deepEqual(removed(items, keep({ newest: 2 })), [digest("a")]);
});

test("an old image stays when its manifest, a child or its configuration is deployed", () => {
  const items = [
    item("new", 9, { tags: ["new"] }),
    item("index", 1, { tags: ["old"], children: [digest("child")] }),
    item("child", 1, { config: digest("config") }),
  ];
  for (const deployed of ["index", "child", "config"])
    assert.deepEqual(removed(items, keep({ digests: new Set([digest(deployed)]) })), [], deployed);
  assert.deepEqual(removed(items, keep()), [digest("index"), digest("child")]);
});

test("a child that a kept index shares stays; attestations and signatures go with what they speak of", () => {
  const old = digest("old");
  const items = [
    item("new", 9, { tags: ["new"], children: [digest("shared")] }),
    item("old", 1, { tags: ["old"], children: [digest("shared"), digest("attestation")] }),
    item("shared", 1),
    item("attestation", undefined),
    item("signature", 1, { tags: [`sha256-${old.slice(7)}.sig`] }),
    item("fallback", undefined, { tags: [`sha256-${old.slice(7)}`], children: [digest("referrer")] }),
    item("referrer", undefined, { subject: old }),
    item("kept-referrer", undefined, { subject: digest("new") }),
  ];
  assert.deepEqual(
    new Set(removed(items, keep())),
    new Set(["old", "attestation", "signature", "fallback", "referrer"].map(digest)),
  );
});

test("tags to keep, things of unknown age, and signatures of nothing", () => {
  const items = [
    item("new", 9, { tags: ["new"] }),
    item("release", 1, { tags: ["v1.0.0"] }),
    item("cache", undefined, { tags: ["buildcache"] }),
    item("chart", undefined, { tags: ["chart"] }),
    item("lost", 1, { subject: digest("nowhere") }),
    item("odd", 1, { tags: ["v1x0x0"] }),
  ];
  const { verdicts, remove } = choose(items, keep({ tags: ["v1.*", "buildcache"] }));
  assert.deepEqual(new Set(remove), new Set([digest("lost"), digest("odd")]));
  assert.equal(verdicts.find(({ item: one }) => one.tags[0] === "chart")?.because, "of unknown age");
});

test("whatever a repository looks like: what stays is whole, and indexes go before their parts", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const repository = fc.tuple(
    ...names.map((name, index) =>
      fc.record({
        tags: fc.subarray([name, `${name}2`]),
        created: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
        // Only to later ones: digests make circles impossible.
        children: fc.subarray(names.slice(index + 1).map(digest)),
        subject:
          index === 0
            ? fc.constant(undefined)
            : fc.option(fc.constantFrom(...names.slice(0, index).map(digest)), { nil: undefined }),
      }),
    ),
  );
  fc.assert(
    fc.property(
      repository,
      fc.integer({ min: 0, max: 4 }),
      fc.subarray(names.map(digest)),
      (parts, newest, deployed) => {
        const items = parts.map((part, index) => ({ ...item(names[index] as string, 0), ...part }));
        const digests = new Set(deployed);
        const { remove, verdicts } = choose(items, keep({ newest, digests }));
        const gone = new Set(remove);
        const byDigest = new Map(items.map((one) => [one.digest, one]));
        for (const verdict of verdicts.filter((one) => one.keep)) {
          const open = [verdict.item.digest];
          for (let next = open.pop(); next !== undefined; next = open.pop()) {
            assert.ok(!gone.has(next));
            open.push(...(byDigest.get(next)?.children ?? []));
          }
        }
        for (const [index, one] of remove.entries())
          for (const child of byDigest.get(one)?.children ?? [])
            assert.ok(!gone.has(child) || remove.indexOf(child) > index);
        for (const one of items)
          if (digests.has(one.digest) && one.tags.length > 0 && one.subject === undefined)
            assert.ok(!gone.has(one.digest));
        assert.equal(new Set(remove).size, remove.length);
      },
    ),
  );
});

test("images of this machine: newest, running and kept ones stay, each name by itself", () => {
  const image = (id: string, created: number, ...tags: readonly string[]) => ({
    Id: id,
    RepoTags: tags,
    RepoDigests: null,
    Created: created,
    Size: 1,
  });
  const verdicts = chooseLocal(
    [
      image("1", 1, "api:1", "other:1"),
      image("2", 2, "api:2"),
      image("3", 3, "api:3", "api:generation-4"),
      image("4", 4, "api:4"),
      image("5", 0, "web:1"),
      image("6", 9, "api-extra:1"),
    ],
    ["api", "web"],
    { newest: 1, ids: new Set(["2"]) },
  );
  assert.deepEqual(
    verdicts.map(({ id, keep: stays }) => [id, stays]),
    [
      ["4", true],
      ["3", true],
      ["2", true],
      ["1", false],
      ["5", true],
    ],
  );
  assert.deepEqual(verdicts.find(({ id }) => id === "1")?.references, ["api:1"]);
});

test("a prefix without a host means Docker's own registry", () => {
  assert.deepEqual(splitPrefix("ghcr.io/acme"), { host: "ghcr.io", path: "acme" });
  assert.deepEqual(splitPrefix("127.0.0.1:5000"), { host: "127.0.0.1:5000", path: "" });
  assert.deepEqual(splitPrefix("acme"), { host: "docker.io", path: "acme" });
});
