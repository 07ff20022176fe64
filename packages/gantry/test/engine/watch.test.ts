import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { watchFiles } from "../../src/engine/file-watch.ts";
import { tarArchive } from "../../src/engine/tar.ts";

test("tar itself unpacks what we pack: folders, modes, times, and paths of any length", () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-tar-"));
  const long = `deep/${"long-name-".repeat(30)}/ümlaut.txt`.replace(/(long-name-){24}/, "$&/");
  const common = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, time: 1_700_000_000 };
  const archive = tarArchive([
    { path: "empty", content: "folder", mode: 0o750, ...common },
    { path: "a.txt", content: Buffer.from("x".repeat(513)), mode: 0o640, ...common },
    { path: long, content: Buffer.from("far down"), mode: 0o600, ...common },
  ]);
  assert.equal(archive.length % 512, 0);
  try {
    execFileSync("tar", ["-x", "-p", "-C", folder], { input: archive });
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8").length, 513);
    assert.equal(readFileSync(join(folder, long), "utf8"), "far down");
    assert.equal((statSync(join(folder, "empty")).mode & 0o777).toString(8), "750");
    assert.equal((statSync(join(folder, "a.txt")).mode & 0o777).toString(8), "640");
    assert.equal(statSync(join(folder, "a.txt")).mtimeMs, common.time * 1000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("changes are told for files, new folders and what is in them, and not for what is skipped", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-watch-"));
  mkdirSync(join(root, "src"));
  mkdirSync(join(root, "node_modules/x"), { recursive: true });
  const told = new Set<string>();
  let check = (): void => {};
  const until = (...paths: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (paths.every((path) => told.has(join(root, path)))) resolve();
      };
      check();
    });
  try {
    using _watch = watchFiles([root], {
      skip: (path) => path.includes("node_modules"),
      onChange: (path) => {
        told.add(path);
        check();
      },
    });
    writeFileSync(join(root, "node_modules/x/a.js"), "");
    writeFileSync(join(root, "src/a.ts"), "");
    await until("src/a.ts");
    mkdirSync(join(root, "src/new/deep"), { recursive: true });
    writeFileSync(join(root, "src/new/deep/b.ts"), "");
    await until("src/new/deep/b.ts");
    told.clear();
    writeFileSync(join(root, "src/new/deep/b.ts"), "more");
    await until("src/new/deep/b.ts");
    rmSync(join(root, "src/new"), { recursive: true });
    await until("src/new");
    assert.deepEqual(
      [...told].filter((path) => path.includes("node_modules")),
      [],
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});
