import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { interrupter } from "../../src/cli/interrupt.ts";
import { main } from "../../src/cli/main.ts";
import { FakePipe } from "./support/screen.ts";

const empty = mkdtempSync(join(tmpdir(), "gantry-cli-"));

async function gantry(
  line: string,
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new FakePipe(), new FakePipe()];
  const words = line === "" ? [] : line.split(" ");
  const code = await main(words, {
    stdout: out,
    stderr: err,
    env,
    cwd: empty,
    onSignal: () => {},
    exit: () => {},
  });
  return { code, out: out.text, err: err.text };
}

test("help goes to stdout and ends with 0, however it is asked for", async () => {
  for (const line of ["", "--help", "help", "-h"]) {
    const { code, out, err } = await gantry(line);
    assert.deepEqual([code, err], [0, ""], line);
    assert.match(out, /^Gantry: one typed file/, line);
  }
  assert.deepEqual(await gantry("help up"), await gantry("up --help"));
});

test("--version says the version, and nothing else", async () => {
  const { code, out } = await gantry("--version");
  assert.equal(code, 0);
  assert.match(out, /^gantry \d+\.\d+\.\d+\n$/);
});

test("a wrong command line ends with 2, problems on stderr", async () => {
  const { code, out, err } = await gantry("ump");
  assert.deepEqual([code, out], [2, ""]);
  assert.equal(err, 'error GTY2001  there is no command "ump"\n  fix  Did you mean "gantry up"?\n');
});

test("json: problems are in the last line, and stderr is empty", async () => {
  const { code, out, err } = await gantry("ps --wat --format json");
  assert.deepEqual([code, err], [2, ""]);
  const last = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
  assert.deepEqual([last.kind, last.command, last.exit, last.code], ["result", "ps", "usage", 2]);
  assert.deepEqual(
    last.problems.map((problem: { code: string }) => problem.code),
    ["GTY2002"],
  );
});

test("a wrong GANTRY_ENV is said, unless --env says better", async () => {
  const { code, err } = await gantry("config", { GANTRY_ENV: "prod" });
  assert.equal(code, 2);
  assert.match(err, /GANTRY_ENV cannot be "prod"/);
});

test("a folder without a stack says so, with a code, not with a stack trace", async () => {
  const { code, out, err } = await gantry("config");
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /^error GTY\d{4} {2}/);
  assert.doesNotMatch(err, /GTY2999/);
});

test("completion prints a script for each shell", async () => {
  for (const [shell, line] of [
    ["bash", "complete -F _gantry gantry"],
    ["zsh", "compdef _gantry gantry"],
    ["fish", "complete -c gantry"],
  ] as const) {
    const { code, out } = await gantry(`completion ${shell}`);
    assert.equal(code, 0);
    assert.ok(out.includes(line), shell);
  }
});

test("what the shell asks while typing never prints an error", async () => {
  const { code, out, err } = await gantry("__complete up a");
  assert.deepEqual([code, out, err], [0, "", ""]);
});

test("--watch outside of dev is refused before anything is loaded", async () => {
  const { code, err } = await gantry("up --watch --env production");
  assert.equal(code, 2);
  assert.match(err, /--watch follows sources in dev/);
});

test("the first signal begins to stop, a double of it is ignored, a later one leaves, a closed terminal does not", () => {
  const done: string[] = [];
  let clock = 1000;
  const handle = interrupter({
    begin: () => done.push("begin"),
    leave: () => done.push("leave"),
    now: () => clock,
  });
  handle("SIGINT");
  clock += 20;
  handle("SIGINT");
  assert.deepEqual(done, ["begin"]);
  clock += 1000;
  handle("SIGHUP");
  assert.deepEqual(done, ["begin"]);
  handle("SIGINT");
  assert.deepEqual(done, ["begin", "leave"]);
});
