import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type CommandResult, must, run } from "../engine/command.ts";
import { engineProcesses } from "../engine/leftovers.ts";
import { readProcesses } from "../engine/processes.ts";
import { type StatePaths, statePaths } from "../engine/state.ts";
import { eventually, liveTest } from "./support.ts";

const COMMAND = path.join(import.meta.dirname, "..", "..", "scripts", "engine.ts");

/** A second private engine, with a network of its own so that it does not meet the first. */
interface Second {
  readonly paths: StatePaths;
  engine(...args: readonly string[]): Promise<CommandResult>;
  docker(...args: readonly string[]): Promise<string>;
}

async function withSecondEngine(body: (second: Second) => Promise<void>): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), "gantry-engine-"));
  const paths = statePaths(root);
  // Named, so that no other engine of the machine is taken instead; a home of its own, so that the user's Docker context
  // goes on to mean the first.
  const env = { GANTRY_TESTBED_STATE: root, DOCKER_HOST: `unix://${paths.socket}`, HOME: root };
  const engine = (...args: readonly string[]) =>
    run(["unshare", "--net", process.execPath, COMMAND, ...args], { env });
  try {
    await body({
      paths,
      engine,
      docker: async (...args) =>
        (await must(["docker", "--host", `unix://${paths.socket}`, ...args])).stdout.trim(),
    });
  } finally {
    await engine("down", "--purge");
    await rm(root, { recursive: true, force: true });
  }
}

const processesOf = async (paths: StatePaths) => engineProcesses(await readProcesses(), paths);

async function kill(pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, "SIGKILL");
  const gone = async () => {
    const alive = (await readProcesses()).map((one) => one.pid);
    return !pids.some((pid) => alive.includes(pid));
  };
  await eventually(gone);
}

liveTest(
  "a private engine starts, answers, and is replaced after it was killed",
  ["debian:trixie-slim"],
  async (bench) => {
    if (!bench.engine.owned || process.getuid?.() !== 0)
      return bench.skip("this test starts an engine, which takes root");
    await withSecondEngine(async (second) => {
      const archive = path.join(second.paths.root, "image.tar");
      await mkdir(second.paths.root, { recursive: true });
      await bench.docker("save", "--output", archive, "debian:trixie-slim");

      assert.equal((await second.engine("status")).code, 1);
      const first = await second.engine("up");
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /\(private\)/);
      await second.docker("load", "--input", archive);
      await second.docker(
        ...[
          "run",
          "--detach",
          "--name",
          "left",
          "--network",
          "none",
          "debian:trixie-slim",
          "sleep",
          "infinity",
        ],
      );
      const before = await processesOf(second.paths);
      assert.equal(before.shims.length, 1);

      // A broken run: both daemons die at once, a container goes on, and the pid file names a process of somebody else.
      await kill([...before.dockerd, ...before.containerd]);
      await writeFile(path.join(second.paths.run, "docker.pid"), String(process.pid));
      const again = await second.engine("up");
      assert.equal(again.code, 0, again.stderr);
      assert.equal(await second.docker("inspect", "--format", "{{.State.Running}}", "left"), "false");
      assert.deepEqual((await processesOf(second.paths)).shims, []);
      assert.equal(
        await second.docker("run", "--rm", "--network", "none", "debian:trixie-slim", "echo", "works"),
        "works",
      );

      // A hung engine: it is there, but does not answer.
      const hung = (await processesOf(second.paths)).dockerd;
      for (const pid of hung) process.kill(pid, "SIGSTOP");
      const third = await second.engine("up");
      assert.equal(third.code, 0, third.stderr);
      assert.notDeepEqual((await processesOf(second.paths)).dockerd, hung);

      // Run-time state that makes no sense: a folder stands where the socket belongs.
      const running = await processesOf(second.paths);
      await kill([...running.dockerd, ...running.containerd]);
      await rm(second.paths.containerdSocket, { force: true });
      await mkdir(path.join(second.paths.containerdSocket, "nonsense"), { recursive: true });
      const fourth = await second.engine("up");
      assert.equal(fourth.code, 0, fourth.stderr);
      assert.match(await second.docker("images", "--format", "{{.Repository}}"), /debian/, "images survive");

      const down = await second.engine("down", "--purge");
      assert.equal(down.code, 0, down.stderr);
      assert.deepEqual(await processesOf(second.paths), { dockerd: [], containerd: [], shims: [] });
      await assert.rejects(readFile(second.paths.containerdConfig));
      const mounts = await readFile("/proc/self/mounts", "utf8");
      assert.ok(!mounts.includes(second.paths.root), "nothing stays mounted");
    });
  },
);

liveTest("several runs at once start one engine", [], async (bench) => {
  if (!bench.engine.owned || process.getuid?.() !== 0)
    return bench.skip("this test starts an engine, which takes root");
  await withSecondEngine(async (second) => {
    const runs = await Promise.all([second.engine("up"), second.engine("up"), second.engine("up")]);
    assert.deepEqual(
      runs.map((result) => result.code),
      [0, 0, 0],
      runs.map((result) => result.stderr).join("\n"),
    );
    assert.equal((await processesOf(second.paths)).dockerd.length, 1);
    assert.equal(runs.filter((result) => result.stderr.includes("starting a private")).length, 1);
  });
});
