import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { jsonLines } from "../../src/check/formats/json.ts";
import { check } from "../../src/operations/check/index.ts";

const bin = fileURLToPath(new URL("../../bin/gantry.mjs", import.meta.url));
const cache = mkdtempSync(join(tmpdir(), "gantry-cache-"));

function gantry(
  args: readonly string[],
  input?: { readonly node?: readonly string[]; readonly cwd?: string },
): { code: number | null; out: string; err: string } {
  const ended = spawnSync(process.execPath, [...(input?.node ?? []), bin, ...args], {
    encoding: "utf8",
    cwd: input?.cwd ?? cache,
    env: { ...process.env, XDG_CACHE_HOME: cache, NO_COLOR: "", GANTRY_ENV: "" },
  });
  return { code: ended.status, out: ended.stdout, err: ended.stderr };
}

test("the program starts, prints help and passes its exit code on", () => {
  const help = gantry(["--help"]);
  assert.deepEqual([help.code, help.err], [0, ""]);
  assert.match(help.out, /^Gantry: one typed file/);
  assert.equal(gantry(["nonsense"]).code, 2);
});

test("a Node that is too old is told which one is needed, and how to get it", () => {
  // The running Node pretends to be an older one; the entry looks at nothing else.
  const pretend = `data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.1.0" })`;
  const { code, out, err } = gantry(["--help"], { node: ["--import", pretend] });
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /^error GTY2000 {2}gantry needs Node 24 or newer, and this is Node 20\.1\.0\n/);
  assert.match(err, /\n {2}fix {2}/);
});

test("check runs from one joined file, at the first run and with its code cache, and says what the sources say", async () => {
  const folder = fileURLToPath(new URL("../check/seeds/greek-easy", import.meta.url));
  const runs = [1, 2, 3].map(() => gantry(["check", folder, "--format", "json"]));
  const caches = readdirSync(join(cache, "gantry", "compile")).filter((name) =>
    /^look-check-.*\.bin$/.test(name),
  );
  assert.equal(caches.length, 1, "there is one code cache, so the joined file ran");
  const size = (name: string): number =>
    statSync(fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))).size;
  assert.ok(size("look.cjs") < size("gantry.cjs") * 0.7, "without what other commands need");
  const report = await check({
    cwd: cache,
    paths: [folder],
    images: [],
    signal: AbortSignal.timeout(60_000),
  });
  for (const { code, out, err } of runs) {
    assert.deepEqual([code, err], [14, ""]);
    assert.equal(out, `${[...jsonLines(report.findings)].join("\n")}\n`);
  }
});

test("what loads a stack runs from the joined file too, and the stack's own import of gantry is what runs already", () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-stack-"));
  linkGantry(folder);
  const stack = (image: string): string =>
    `import { defineStack } from "gantry";
     export default defineStack({ name: "one", services: { web: { image: ${image}, health: { none: "a test" } } } });`;
  writeFileSync(join(folder, "stack.ts"), stack(`"nginx:1.28"`));
  const runs = [1, 2].map(() => gantry(["config", "--format", "json"], { cwd: folder }));
  for (const { code, out, err } of runs) {
    assert.deepEqual([code, err], [0, ""]);
    assert.equal((JSON.parse(out) as { name: string }).name, "one");
  }
  assert.equal(runs[0]?.out, runs[1]?.out);
  const caches = readdirSync(join(cache, "gantry", "compile")).filter((name) =>
    /^gantry-config-.*\.bin$/.test(name),
  );
  assert.equal(caches.length, 1, "there is one code cache, so the joined file ran");

  // Options may stand before the command.
  const ahead = gantry(["--format", "json", "config"], { cwd: folder });
  assert.deepEqual([ahead.code, ahead.err, ahead.out], [0, "", runs[0]?.out]);

  writeFileSync(join(folder, "stack.ts"), stack("42"));
  const wrong = gantry(["config"], { cwd: folder });
  assert.deepEqual([wrong.code, wrong.out], [3, ""]);
  assert.match(wrong.err, /services\.web\.image/);

  const probe = `import * as entry from "gantry"; console.log(entry.GantryError === globalThis[Symbol.for("gantry.entry")].GantryError);`;
  writeFileSync(join(folder, "stack.ts"), `${probe}\n${stack(`"nginx:1.28"`)}`);
  assert.match(gantry(["config"], { cwd: folder }).out, /^true\n/);
});

test("a defect's trace names our sources, not the joined file", async () => {
  const { bySources } = await import("../../src/cli/own-trace.ts");
  const joined = fileURLToPath(new URL("../../dist/gantry.cjs", import.meta.url));
  const lines = readFileSync(joined, "utf8").split("\n");
  const line = lines.findIndex((text) => text.includes("Gantry itself failed"));
  const column = (lines[line] ?? "").indexOf("Gantry itself failed");
  const place = bySources(`    at x (${joined}:${line + 1}:${column + 1})`);
  assert.match(place, /^ {4}at x \(src\/cli\/execute\.ts:\d+:\d+\)$/);
});

test("the entry keeps to what old versions of Node can read", () => {
  const text = readFileSync(bin, "utf8");
  for (const tooNew of [
    /^\s*await /m,
    /\?\?=/,
    /\|\|=/,
    /#\w+\s*[=(;]/,
    /\.at\(/,
    /\.replaceAll\(/,
    /Object\.hasOwn/,
  ]) {
    assert.doesNotMatch(text, tooNew);
  }
});
