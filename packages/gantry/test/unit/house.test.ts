import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parts } from "../../src/backing/index.ts";
import { recipes } from "../../src/recipes/index.ts";
import { managers } from "../../src/recipes/javascript/managers/list.ts";
import { suggestions } from "../../src/recipes/suggestions.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** Which rooms a room may import from, itself aside; types of `blueprint` and all of `base` are for everyone. */
const house: Readonly<Record<string, readonly string[]>> = {
  base: [],
  blueprint: ["base"],
  recipes: ["blueprint", "base"],
  backing: ["blueprint", "base"],
  stack: ["recipes", "backing", "blueprint", "base"],
  render: ["blueprint", "base"],
  read: ["base"],
  check: ["read", "blueprint", "base"],
  engine: ["base"],
  operations: ["render", "check", "read", "stack", "engine", "blueprint", "base"],
  cli: ["index.ts", "operations", "check", "render", "blueprint", "base"],
  "index.ts": ["operations", "stack", "recipes", "backing", "render", "check", "blueprint", "base"],
};

/** Every import of a file, as a path below src. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(source, file), "utf8");
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g)].map(
    (match) => match[1] as string,
  );
  return specifiers.map((specifier) => relative(source, join(source, dirname(file), specifier)));
}

const room = (path: string): string => path.split("/")[0] ?? "";
const files = globSync("**/*.ts", { cwd: source }).sort();

test("imports point down the house only", () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter(
        (target) =>
          room(target) !== room(file) &&
          house[room(file)]?.includes(room(target)) !== true &&
          !target.startsWith(".."),
      )
      .map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test("effects stay in the engine", () => {
  const effects = /from "node:(fs|child_process|net|http|https|tls|dgram|os)(\/promises)?"/;
  const pure = ["base", "blueprint", "recipes", "backing", "stack", "render", "check"];
  const wrong = files.filter(
    (file) => pure.includes(room(file)) && effects.test(readFileSync(join(source, file), "utf8")),
  );
  assert.deepEqual(wrong, []);
});

test("recipes never import each other, nor do parts: they meet in the blueprint", () => {
  for (const family of ["recipes", "backing"]) {
    const members = new Set(
      globSync(`${family}/*`, { cwd: source })
        .map((path) => path.replace(/\.ts$/, ""))
        .filter((path) => !/\/(index|types|common|clues|javascript|suggestions)$/.test(path)),
    );
    const member = (path: string): string => path.split("/").slice(0, 2).join("/").replace(/\.ts$/, "");
    const wrong = files
      .filter((file) => members.has(member(file)))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => members.has(member(target)) && member(target) !== member(file))
          .map((target) => `${file} imports ${target}`),
      );
    assert.deepEqual(wrong, []);
  }
});

test("what is in the folder is in the list, under its own name", () => {
  for (const [family, list] of [
    ["recipes", recipes],
    ["backing", parts],
  ] as const) {
    const names = globSync(`${family}/*`, { cwd: source })
      .map((path) => path.slice(family.length + 1).replace(/\.ts$/, ""))
      .filter((name) => !["index", "types", "common", "clues", "javascript", "suggestions"].includes(name));
    for (const [name, member] of Object.entries(list)) assert.equal(member.name, name);
    const known = Object.keys(list).map((name) => name.toLowerCase());
    assert.deepEqual(names.map((name) => name.replaceAll("-", "").toLowerCase()).sort(), known.sort());
  }
});

test("every package manager is in the list", () => {
  const made = files.filter(
    (file) =>
      file.startsWith("recipes/javascript/managers/") &&
      readFileSync(join(source, file), "utf8").includes(": PackageManager = {"),
  );
  assert.equal(made.length, managers.length);
});

test("every recipe says what it makes of a folder, apart from what a stack loads", () => {
  assert.deepEqual(Object.keys(suggestions).sort(), Object.keys(recipes).sort());
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    importsOf(file).forEach(visit);
  };
  visit("index.ts");
  assert.ok(loaded.has("recipes/node.ts"));
  assert.deepEqual(
    [...loaded].filter((file) => /suggest|clues/.test(file)),
    [],
  );
});

/** Where the time is told to somebody else, or compared with a time that somebody else told. */
const wallClock: ReadonlySet<string> = new Set([
  "backing/supervisor/index.ts",
  "cli/commands/ps.ts",
  "engine/carrier.ts",
  "engine/lock.ts",
  "engine/registry/http.ts",
  "operations/logs.ts",
  "operations/status.ts",
  "operations/verify/keepers.ts",
  "stack/health.ts",
]);

test("spans of time are counted by a clock that does not jump", () => {
  const asking = files.filter((file) => /\bDate\.now\(\)/.test(readFileSync(join(source, file), "utf8")));
  assert.deepEqual(new Set(asking), wallClock, "use steadyNow() of base/clock.ts, or say here why not");
});
