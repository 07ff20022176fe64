import assert from "node:assert/strict";
import { test } from "node:test";
import { missingPackages } from "../../src/engine/missing-packages.ts";

const names = (...output: readonly string[]): readonly string[] =>
  missingPackages(output).map(({ name }) => name);

test("all packages that apt does not know, each once", () => {
  const output = [
    "Reading package lists...",
    "Building dependency tree...E: Unable to locate package chromium-headless-shel",
    "E: Unable to locate package libpq99",
    "E: Couldn't find any package by regex 'libpq99'",
    "E: Unable to locate package libpq99",
  ];
  assert.deepEqual(names(...output), ["chromium-headless-shel", "libpq99"]);
});

test("a version that is not there, a name without a package, and apk's form", () => {
  assert.deepEqual(missingPackages(["E: Version '9:9' for 'curl' was not found"]), [
    { name: "curl", why: "there is no version 9:9 of the package curl" },
  ]);
  assert.deepEqual(names("E: Package 'python' has no installation candidate"), ["python"]);
  assert.deepEqual(names("ERROR: unable to select packages:", "  nonsense (no such package):"), ["nonsense"]);
});

test("without lists of packages every name is missing, and none is wrong", () => {
  const apt = "W: Failed to fetch http://deb.example/dists/trixie/InRelease  Could not connect";
  assert.deepEqual(names(apt, "E: Unable to locate package curl"), []);
  const apk = "WARNING: fetching https://apk.example/main: temporary error (try again later)";
  assert.deepEqual(names(apk, "  curl (no such package):"), []);
});

test("what a program of the user's prints is no package", () => {
  assert.deepEqual(names("error: cannot find package left-pad", "npm error 404 Not Found"), []);
});
