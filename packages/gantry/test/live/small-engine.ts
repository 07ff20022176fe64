import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { askVersion } from "../../../../testbed/engine/api.ts";
import { asRoot } from "../../../../testbed/engine/command.ts";
import { containerdConfiguration } from "../../../../testbed/engine/daemon.ts";
import { statePaths } from "../../../../testbed/engine/state.ts";
import { runCommand } from "../../src/engine/process.ts";
import { connectHere } from "./here.ts";

/** An engine of its own with little of everything; gone with all that runs in it. */
export interface SmallEngine extends AsyncDisposable {
  readonly host: string;
}

/** How little. */
export interface Smallness {
  /** Size of its disk, such as `64m`. */
  readonly disk: string;
  /** Address ranges for networks, as `--default-address-pool` wants them. */
  readonly pool: string;
  /** Images that it gets from the engine of the tests. */
  readonly images: readonly string[];
}

/**
 * Its disk is in memory, and it has its own network, processes and mounts: packet filters of other engines are not
 * touched, and all of it ends with its first process, which ends with whoever started it.
 */
const script = `
set -e
mount -t tmpfs -o size="$DISK" tmpfs "$DATA"
ip link set lo up
mkdir -p "$LOGS"
containerd --config "$CONFIG" >"$LOGS/containerd.log" 2>&1 &
dockerd "$@" >"$LOGS/dockerd.log" 2>&1 &
exec cat >/dev/null
`;

/** Starts one, and makes it the engine of this process until it is disposed of. */
export async function startSmallEngine(smallness: Smallness): Promise<SmallEngine> {
  await using here = await connectHere();
  const before = process.env["DOCKER_HOST"];
  const root = mkdtempSync(path.join(tmpdir(), "gantry-small-"));
  const paths = { ...statePaths(root), containerdData: path.join(root, "docker", "containerd") };
  for (const folder of [paths.data, paths.run]) await runCommand({ program: "mkdir", args: [folder] });
  writeFileSync(paths.containerdConfig, containerdConfiguration(paths));
  const args = [
    ["--containerd", paths.containerdSocket],
    ["--data-root", paths.data],
    ["--exec-root", path.join(paths.run, "docker")],
    ["--pidfile", path.join(paths.run, "docker.pid")],
    ["--host", `unix://${paths.socket}`],
    ["--group", String(process.getgid?.() ?? 0)],
    ["--bip", "10.203.0.1/28"],
    ["--default-address-pool", smallness.pool],
    ["--config-file", path.join(root, "none.json")],
  ].flat();
  writeFileSync(path.join(root, "none.json"), "{}\n");
  const settings = {
    DISK: smallness.disk,
    DATA: paths.data,
    LOGS: paths.logs,
    CONFIG: paths.containerdConfig,
  };
  const namespaces = ["--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"];
  const [program, ...words] = asRoot([
    "env",
    ...Object.entries({ ...settings, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` }).map((pair) =>
      pair.join("="),
    ),
    ...["unshare", ...namespaces, "sh", "-c", script, "sh", ...args],
  ]);
  const child = spawn(program, words, { stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const engine: SmallEngine = {
    host: `unix://${paths.socket}`,
    async [Symbol.asyncDispose]() {
      process.env["DOCKER_HOST"] = before;
      if (before === undefined) delete process.env["DOCKER_HOST"];
      child.stdin?.end();
      await ended;
      const [rm, ...what] = asRoot(["rm", "-rf", "--one-file-system", root]);
      await runCommand({ program: rm, args: what });
    },
  };
  try {
    // As long as it takes, unless it ends.
    while ((await askVersion(paths.socket, 1000)) === undefined) {
      if (child.exitCode !== null) throw new Error("the small engine ended");
      await sleep(50);
    }
    for (const image of smallness.images) {
      const { body } = await here.stream({ path: `/images/${image}/get` });
      const load = spawn("docker", ["--host", engine.host, "load"], { stdio: ["pipe", "ignore", "inherit"] });
      body.pipe(load.stdin);
      const code = await new Promise((resolve) => load.once("exit", resolve));
      if (code !== 0) throw new Error(`${image} was not loaded`);
    }
  } catch (error) {
    const log = readFileSync(path.join(paths.logs, "dockerd.log"), "utf8");
    await engine[Symbol.asyncDispose]();
    throw new Error(`no small engine: ${log.trim().split("\n").slice(-8).join("\n")}`, { cause: error });
  }
  process.env["DOCKER_HOST"] = engine.host;
  return engine;
}
