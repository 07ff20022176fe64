import assert from "node:assert/strict";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { tarArchive } from "../../src/engine/tar.ts";
import { translate } from "../../src/engine/translate.ts";

function failed(code: string, syscall: string, path?: string): Error {
  return Object.assign(new Error(code), { code, syscall, ...(path === undefined ? {} : { path }) });
}

test("a file that this machine does not take is named as people know it, with the reason and what helps", async () => {
  const full = await translate(
    failed("ENOSPC", "write", "/shop/.gantry/deploy/journal.json.4711.0a1b2c3d.tmp"),
  );
  assert.ok(full instanceof GantryError);
  assert.deepEqual(full.problems[0]?.code, "GTY5026");
  assert.match(
    full.problems[0]?.what ?? "",
    /^\/shop\/\.gantry\/deploy\/journal\.json could not .*no space left/,
  );
  for (const [code, words] of [
    ["EROFS", /read-only/],
    ["EACCES", /no right/],
    ["EDQUOT", /quota/],
  ] as const) {
    const error = await translate(failed(code, "open"));
    assert.ok(error instanceof GantryError);
    assert.match(error.problems[0]?.what ?? "", words);
  }
});

test("other errors stay what they are", async () => {
  for (const error of [
    failed("EACCES", "spawn docker"),
    failed("EACCES", "connect"),
    failed("EIO", "write"),
    new Error("x"),
  ])
    assert.equal(await translate(error), error);
});

test("an archive holds links beside files and folders", () => {
  const archive = tarArchive([
    { path: "lib", content: { link: "usr/lib" }, mode: 0o777, uid: 0, gid: 0, time: 0 },
  ]);
  assert.equal(archive.toString("latin1", 156, 157), "2");
  assert.equal(archive.toString("latin1", 157, 165).replace(/\0+$/, ""), "usr/lib");
  assert.equal(archive.length, 512 * 3);
});
