import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { STAND_INS } from "../images/list.ts";
import { needsOf, planImages, recipeHash, standInFor } from "../images/plan.ts";
import type { StandIn } from "../images/stand-in.ts";

const base: StandIn = {
  kind: "rootfs",
  name: "base",
  references: ["base:1"],
  suite: "trixie",
  files: "base",
};
const app: StandIn = {
  kind: "dockerfile",
  name: "app",
  references: ["app:1", "app:1.2"],
  needs: ["base:1"],
  dockerfile: "FROM base:1\n",
  files: "app",
};
const all = [app, base];
const noFiles = () => [];
const hash = (standIn: StandIn) => recipeHash(standIn, all, noFiles);

test("a stand-in's base is made before it", () => {
  const steps = planImages(["app:1"], all, new Map(), hash, false);
  assert.deepEqual(
    steps.map((step) => [step.kind, step.reference]),
    [
      ["build", "base:1"],
      ["build", "app:1"],
    ],
  );
});

test("nothing happens when everything is there", () => {
  const present = new Map([
    ["base:1", hash(base)],
    ["app:1", hash(app)],
  ]);
  const steps = planImages(["app:1", "base:1"], all, present, hash, false);
  assert.deepEqual(
    steps.map((step) => step.kind),
    ["present", "present"],
  );
});

test("a stand-in of another recipe is made again, on the base that is still good", () => {
  const present = new Map([
    ["base:1", hash(base)],
    ["app:1", "old"],
  ]);
  const steps = planImages(["app:1"], all, present, hash, false);
  assert.deepEqual(
    steps.map((step) => step.kind),
    ["present", "build"],
  );
});

test("a real image is never replaced", () => {
  const steps = planImages(["app:1"], all, new Map([["app:1", ""]]), hash, false);
  assert.deepEqual(steps, [{ kind: "present", reference: "app:1", standIn: false }]);
});

test("with a registry in reach images are pulled, without their bases", () => {
  const steps = planImages(["app:1", "other:1"], all, new Map(), hash, true);
  assert.deepEqual(
    steps.map((step) => [step.kind, step.reference]),
    [
      ["pull", "app:1"],
      ["pull", "other:1"],
    ],
  );
});

test("an image without a stand-in can only be pulled", () => {
  assert.deepEqual(planImages(["other:1"], all, new Map(), hash, false), [
    { kind: "pull", reference: "other:1" },
  ]);
});

test("the fingerprint follows the Dockerfile, the files and the base, but not the list of names", () => {
  const changed = { ...app, dockerfile: "FROM base:1\nRUN true\n" };
  assert.notEqual(recipeHash(changed, [changed, base], noFiles), hash(app));
  const otherBase = { ...base, suite: "forky" };
  assert.notEqual(recipeHash(app, [app, otherBase], noFiles), hash(app));
  const withFiles = (folder: string) => (folder === "app" ? [["run.sh", "true"] as const] : []);
  assert.notEqual(recipeHash(app, all, withFiles), hash(app));
  const renamed: StandIn = { ...app, references: ["app:1", "app:1.2", "app:1.2.3"] };
  assert.equal(recipeHash(renamed, [renamed, base], noFiles), hash(app));
});

test("no two stand-ins share a name or a reference, and every base has a stand-in", () => {
  const names = STAND_INS.map((standIn) => standIn.name);
  const references = STAND_INS.flatMap((standIn) => standIn.references);
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(references).size, references.length);
  for (const need of STAND_INS.flatMap(needsOf)) assert.ok(standInFor(need, STAND_INS), need);
});

test("every Dockerfile starts from its needs only, and asks BuildKit for no frontend", () => {
  for (const standIn of STAND_INS) {
    if (standIn.kind !== "dockerfile") continue;
    const stages = [...standIn.dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map((match) => match[1]);
    const bases = [...standIn.dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1] ?? "");
    const outside = bases.filter((name) => !stages.includes(name) && name !== "scratch");
    assert.deepEqual([...new Set(outside)].sort(), [...new Set(standIn.needs)].sort(), standIn.name);
    assert.doesNotMatch(standIn.dockerfile, /^#\s*syntax=/m);
  }
});

test("every folder of files belongs to a stand-in", () => {
  const folders = readdirSync(path.join(import.meta.dirname, "..", "images", "files")).sort();
  const used = STAND_INS.flatMap((standIn) => (standIn.files === undefined ? [] : [standIn.files]));
  assert.deepEqual(folders, [...new Set(used)].sort());
});
