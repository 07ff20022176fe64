import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { diffText } from "../../src/cli/output/diff.ts";
import { palette } from "../../src/cli/output/palette.ts";

const none = palette(false);
const program = "patch";
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

test("a changed line, with three lines around it", () => {
  const before = numbered(12);
  assert.equal(
    diffText("deploy/a", before, before.replace("line 6\n", "line six\n"), none),
    `--- deploy/a
+++ deploy/a
@@ -3,7 +3,7 @@
 line 3
 line 4
 line 5
-line 6
+line six
 line 7
 line 8
 line 9`,
  );
});

test("changes far apart are two parts, texts alike are nothing", () => {
  const before = numbered(30);
  const after = before.replace("line 3\n", "").replace("line 25\n", "line 25\nline 25b\n");
  assert.equal(diffText("a", before, after, none).match(/^@@/gm)?.length, 2);
  assert.equal(diffText("a", before, before, none), "");
});

test("a file that is missing, and one without a line end", () => {
  assert.equal(diffText("a", undefined, "x\n", none), "--- /dev/null\n+++ a\n@@ -0,0 +1,1 @@\n+x");
  assert.match(diffText("a", "x", "x\n", none), /^\\ no line end/m);
});

test("patch accepts every diff and makes the new text of the old one", (context) => {
  if (spawnSync(program, ["--version"]).status !== 0) {
    context.skip("there is no patch program here");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "gantry-diff-"));
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "d", "{", "}"), { minLength: 1, maxLength: 25 })
    .map((lines) => `${lines.join("\n")}\n`);
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      writeFileSync(join(folder, "file"), before);
      const ended = spawnSync(program, ["-s", "-o", "-", "file"], {
        cwd: folder,
        input: `${diffText("file", before, after, none)}\n`,
        encoding: "utf8",
      });
      assert.equal(ended.stdout, after, ended.stderr);
    }),
    { numRuns: 40 },
  );
  rmSync(folder, { recursive: true });
});
