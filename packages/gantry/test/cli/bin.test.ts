import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { jsonLines } from "../../src/check/formats/json.ts";
import { check } from "../../src/operations/check/index.ts";

const bin = fileURLToPath(new URL("../../bin/gantry.mjs", import.meta.url));
const cache = mkdtempSync(join(tmpdir(), "gantry-cache-"));

function gantry(
  args: readonly string[],
  input?: { readonly node?: readonly string[] },
): { code: number | null; out: string; err: string } {
  const ended = spawnSync(process.execPath, [...(input?.node ?? []), bin, ...args], {
    encoding: "utf8",
    cwd: cache,
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
  const caches = readdirSync(join(cache, "gantry", "compile")).filter((name) => /^check-.*\.bin$/.test(name));
  assert.equal(caches.length, 1, "there is one code cache, so the joined file ran");
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
