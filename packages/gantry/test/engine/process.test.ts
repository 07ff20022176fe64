import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions } from "../../src/engine/client.ts";
import { composeCommand, runArguments } from "../../src/engine/compose.ts";
import { cpuPercent, memoryUsed, splitStamp } from "../../src/engine/containers.ts";
import { ProgramMissing, runCommand } from "../../src/engine/process.ts";

const node = (script: string, ...args: readonly string[]): { program: string; args: readonly string[] } => ({
  program: process.execPath,
  args: ["-e", script, ...args],
});

test("lines come as they are printed, with their stream, and the exit code at the end", async () => {
  const found: string[] = [];
  const outcome = await runCommand(node("console.log('one'); console.error('two'); process.exit(3)"), {
    onLine: ({ stream, text }) => found.push(`${stream} ${text}`),
  });
  assert.deepEqual(found.sort(), ["stderr two", "stdout one"]);
  assert.deepEqual(outcome, { exitCode: 3, stdout: "one\n", stderr: "two\n" });
});

test("arguments reach the program as they are: no shell reads them", async () => {
  const words = ["a b", "$HOME", "`id`", "*", '"', "; exit 9"];
  const { stdout } = await runCommand(
    node("console.log(JSON.stringify(process.argv.slice(1)))", "--", ...words),
  );
  assert.deepEqual(JSON.parse(stdout), words);
});

test("input is handed over, and a program that does not read it is no failure of ours", async () => {
  const echo = await runCommand(node("process.stdin.pipe(process.stdout)"), { input: "hello" });
  assert.equal(echo.stdout, "hello\n");
  const deaf = await runCommand(node("process.exit(0)"), { input: "x".repeat(1_000_000) });
  assert.equal(deaf.exitCode, 0);
});

test("a program that is not there is told from one that fails", async () => {
  await assert.rejects(runCommand({ program: "no-such-program-here", args: [] }), ProgramMissing);
});

test("an abort ends the program and what it started, and rejects when they are gone", async () => {
  const stop = new AbortController();
  let child = 0;
  const work = runCommand(
    node(`const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      console.log(child.pid); setInterval(() => {}, 1000)`),
    {
      signal: stop.signal,
      onLine: ({ text }) => {
        child = Number(text);
        stop.abort();
      },
    },
  );
  await assert.rejects(work, { name: "AbortError" });
  // The kernel may take a moment to bury the grandchild.
  for (let i = 0; i < 100 && alive(child); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(alive(child), false);
});

test("a program that ignores SIGTERM is killed after the grace", async () => {
  const stop = new AbortController();
  const work = runCommand(
    node("process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)"),
    { signal: stop.signal, graceMs: 50, onLine: () => stop.abort() },
  );
  await assert.rejects(work, { name: "AbortError" });
});

test("nothing is started when the abort came first", async () => {
  await assert.rejects(runCommand(node("throw 1"), { signal: AbortSignal.abort() }), { name: "AbortError" });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("versions are compared number by number", () => {
  assert.ok(compareVersions("1.9", "1.44") < 0);
  assert.ok(compareVersions("1.44", "1.44") === 0);
  assert.ok(compareVersions("2.0", "1.48") > 0);
});

test("Compose gets its values in the environment, and names of variables alone as arguments", () => {
  const project = { name: "p", files: ["/a.yaml", "/b.yaml"], variables: { SECRETS_DIR: "/run/x" } };
  const command = composeCommand(
    project,
    runArguments({
      service: "api",
      command: ["node", "x.js"],
      tty: false,
      dependencies: false,
      user: "1000",
      environment: { TOKEN: "do-not-show" },
    }),
  );
  assert.equal(
    command.args.join(" "),
    "compose --ansi=never -p p -f /a.yaml -f /b.yaml run --rm -T --no-deps --user 1000 -e TOKEN api node x.js",
  );
  assert.equal(command.environment?.["SECRETS_DIR"], "/run/x");
});

test("the engine's time stamp is taken from the line", () => {
  assert.deepEqual(splitStamp("2026-11-21T08:00:00.123456789Z text  here"), {
    time: Date.UTC(2026, 10, 21, 8, 0, 0, 123),
    text: "text  here",
  });
  assert.deepEqual(splitStamp("2026-11-21T08:00:00Z "), { time: Date.UTC(2026, 10, 21, 8), text: "" });
  assert.deepEqual(splitStamp("no stamp"), { time: 0, text: "no stamp" });
});

test("processor and memory are counted as `docker stats` does, with both kinds of cgroups", () => {
  const sample = (total: number, system: number): Parameters<typeof cpuPercent>[0] => ({
    cpu_stats: { cpu_usage: { total_usage: total }, system_cpu_usage: system, online_cpus: 4 },
    precpu_stats: { cpu_usage: { total_usage: 0 } },
    memory_stats: { usage: 100, stats: { inactive_file: 30 } },
  });
  assert.equal(cpuPercent(sample(0, 0), sample(50, 400)), 50);
  assert.equal(cpuPercent(sample(0, 400), sample(50, 400)), undefined);
  assert.equal(memoryUsed(sample(0, 0)), 70);
  assert.equal(
    memoryUsed({ ...sample(0, 0), memory_stats: { usage: 100, stats: { total_inactive_file: 40 } } }),
    60,
  );
});
