import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { asRoot } from "../../../../testbed/engine/command.ts";
import { startLoad } from "../../../../testbed/load.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "300ms", "--watch", "0s"];

/** Runs a program as root, where a test may become root. */
function root(...command: readonly [string, ...string[]]): void {
  const [program, ...args] = asRoot(command);
  execFileSync(program, args, { stdio: "ignore" });
}

function mayMount(): boolean {
  try {
    root("true");
    return true;
  } catch {
    return false;
  }
}

describe("the disk that a deploy is written down on", { skip: mayMount() ? false : "needs root" }, () => {
  let yard: Yard;
  let state: string;
  before(async () => {
    yard = await layYard();
    state = join(yard.root, ".gantry");
    mkdirSync(state);
    root("mount", "-t", "tmpfs", "-o", `size=2m,mode=0777`, "tmpfs", state);
    await yard.sure("deploy");
  });
  after(async () => {
    if (state !== undefined) {
      root("mount", "-o", "remount,rw", state);
      rmSync(join(state, "ballast"), { force: true });
      await yard.gantry("down", "--volumes", "--env", "production");
      root("umount", state);
    }
    await yard?.[Symbol.asyncDispose]();
  });

  /** Leaves no byte free. */
  function fill(): void {
    try {
      writeFileSync(join(state, "ballast"), Buffer.alloc(4 * 1024 * 1024));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
    }
  }

  test("fills half-way: nothing is switched, what ran serves, and the next run puts it right", async () => {
    await using load = startLoad({ url: yard.url, clients: { get: 2, "get-new": 1, post: 1 }, pauseMs: 10 });
    const running = await yard.running();
    yard.version("v2");
    let full = false;
    const { code, out } = await yard.watch(["deploy", ...quick, "--format", "json"], (line) => {
      if (full || !line.includes('"new containers are made"')) return;
      full = true;
      fill();
    });
    assert.ok(full);
    assert.notEqual(code, 0);
    assert.match(out, /GTY5\d{3}[\s\S]*no space|full/i);
    assert.doesNotMatch(out, /GTY2999/);
    assert.equal(await yard.ask(), "v1");
    assert.deepEqual(await yard.running(), running);
    const still = await yard.gantry("deploy", ...quick);
    assert.notEqual(still.code, 0);
    assert.doesNotMatch(still.out, /GTY2999/);
    assert.equal(await yard.ask(), "v1");
    rmSync(join(state, "ballast"));
    assert.match(await yard.sure("deploy", ...quick), /GTY6010[\s\S]*serves generation/);
    assert.equal(await yard.ask(), "v2");
    assert.deepEqual((await load.stop()).failures, []);
  });

  test("may not be written: the deploy says so, and touches nothing", async () => {
    const running = await yard.running();
    yard.version("v3");
    root("mount", "-o", "remount,ro", state);
    const { code, out } = await yard.gantry("deploy", ...quick);
    root("mount", "-o", "remount,rw", state);
    assert.notEqual(code, 0);
    assert.match(out, /GTY\d{4}[\s\S]*read-only/i);
    assert.doesNotMatch(out, /GTY2999/);
    assert.deepEqual(await yard.running(), running);
    assert.equal(await yard.ask(), "v2");
  });
});
