import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { check } from "../../src/operations/check/index.ts";

const samples = fileURLToPath(new URL("../../../../samples/", import.meta.url));

// What Gantry writes has to pass what it says of files that others write, and so have the samples' own files.
for (const file of globSync("*/stack.ts", { cwd: samples }).sort()) {
  test(`samples/${dirname(file)}: no finding in the files on disk, nor in those that the stack renders now`, async () => {
    const request = { cwd: join(samples, dirname(file)), paths: [], images: [], signal: AbortSignal.timeout(60_000) };
    for (const stack of [undefined, "stack.ts"]) {
      const report = await check({ ...request, stack });
      assert.deepEqual(report.failures, []);
      assert.deepEqual(
        report.findings.map(({ code, file: path, line, message }) => `${path}:${line} ${code} ${message}`),
        [],
      );
      assert.ok(report.files >= 5, `only ${report.files} files were looked at`);
    }
  });
}
