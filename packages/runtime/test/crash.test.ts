import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

for (const kind of ["exception", "promise"]) {
  test(`an uncaught ${kind} is one log line without secrets, and ends the process`, () => {
    const program = fileURLToPath(new URL("programs/crash.ts", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, kind], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(stderr, "");
    assert.doesNotMatch(stdout, /hunter2/);
    const line = JSON.parse(stdout) as { level: string; msg: string; err: { message: string } };
    assert.deepEqual([line.level, line.msg], ["fatal", "the process crashed"]);
    assert.equal(line.err.message, "postgres://parcel:[redacted]@db does not answer");
  });
}
