import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { filesOf, vendored } from "../vendor.ts";

const runtime = fileURLToPath(new URL("..", import.meta.url));

test("the archive in the sample holds what the sources build to", () => {
  const folder = mkdtempSync(join(tmpdir(), "runtime-build-"));
  try {
    const compiler = fileURLToPath(import.meta.resolve("typescript/package.json")).replace(
      "package.json",
      "bin/tsc",
    );
    execFileSync(process.execPath, [compiler, "-p", runtime, "--outDir", folder], { stdio: "inherit" });
    const expected = Object.fromEntries([
      ["package/package.json", readFileSync(join(runtime, "package.json"), "utf8")],
      ["package/README.md", readFileSync(join(runtime, "README.md"), "utf8")],
      ...readdirSync(folder).map((name) => [
        `package/dist/${name}`,
        readFileSync(join(folder, name), "utf8"),
      ]),
    ]);
    const actual = filesOf(readFileSync(vendored));
    const changed = Object.keys({ ...expected, ...actual }).filter((path) => expected[path] !== actual[path]);
    assert.deepEqual(changed, [], "run `npm run vendor -w @gantry/runtime` and commit the archive");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
