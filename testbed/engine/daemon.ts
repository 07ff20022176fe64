import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { askVersion } from "./api.ts";
import { asRoot, run, TestbedError } from "./command.ts";
import { endLeftovers, IMPATIENT, removeStaleState } from "./leftovers.ts";
import type { StatePaths } from "./state.ts";

/** Subnets of 64 addresses: one thousand networks fit, where Docker's own pool ends at thirty. */
export const ADDRESS_POOL = "base=10.201.0.0/16,size=26";

/** The arguments of the private engine. `mtu` is that of the way out: larger packets would be lost there. */
export function dockerdArguments(paths: StatePaths, mtu: number, group: number): readonly string[] {
  return [
    ["--containerd", paths.containerdSocket],
    ["--data-root", paths.data],
    ["--exec-root", path.join(paths.run, "docker")],
    ["--pidfile", path.join(paths.run, "docker.pid")],
    ["--host", `unix://${paths.socket}`],
    ["--group", String(group)],
    ["--default-address-pool", ADDRESS_POOL],
    ["--mtu", String(mtu)],
    ["--default-network-opt", `bridge=com.docker.network.driver.mtu=${mtu}`],
    // A file of the machine's own must not change what tests see.
    ["--config-file", path.join(paths.root, "daemon.json")],
  ].flat();
}

/** A day of tests and benches leaves 40 GB of build cache behind: what was used last is kept. */
const settings = { builder: { gc: { enabled: true, defaultKeepStorage: "15GB" } } };

/** The configuration of the engine's own containerd. */
export function containerdConfiguration(paths: StatePaths): string {
  return [
    "version = 2",
    `root = ${JSON.stringify(paths.containerdData)}`,
    `state = ${JSON.stringify(path.join(paths.run, "containerd"))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    "[grpc]",
    `  address = ${JSON.stringify(paths.containerdSocket)}`,
    "",
  ].join("\n");
}

/** Starts the private engine; what a broken run left behind is ended and replaced. Returns its version. */
export async function startDaemon(paths: StatePaths, progress: (line: string) => void): Promise<string> {
  await mustHaveTheNetworkToItself(paths);
  await endLeftovers(paths, IMPATIENT);
  const first = await attempt(paths);
  if (first !== undefined) return first;
  progress("the engine did not start: removing what an earlier run left behind");
  await removeStaleState(paths);
  const second = await attempt(paths);
  if (second !== undefined) return second;
  const log = await readFile(path.join(paths.logs, "dockerd.log"), "utf8").catch(() => "");
  throw new TestbedError(
    `The private Docker engine does not start. Its log is ${path.join(paths.logs, "dockerd.log")} and ends with:\n` +
      log.trim().split("\n").slice(-8).join("\n"),
  );
}

/** Ends the private engine and everything that runs in it. */
export async function stopDaemon(paths: StatePaths): Promise<void> {
  await endLeftovers(paths);
}

async function attempt(paths: StatePaths): Promise<string | undefined> {
  await prepareFolders(paths);
  const containerd = await launch(paths, "containerd", ["--config", paths.containerdConfig]);
  if (!(await until(() => isSocket(paths.containerdSocket), containerd, 20_000))) return undefined;
  const args = dockerdArguments(paths, await outgoingMtu(), process.getgid?.() ?? 0);
  const dockerd = await launch(paths, "dockerd", args);
  let version: string | undefined;
  await until(
    async () => {
      version = (await askVersion(paths.socket, 1_000))?.version;
      return version !== undefined;
    },
    dockerd,
    60_000,
  );
  if (version === undefined) await endLeftovers(paths, IMPATIENT);
  return version;
}

async function prepareFolders(paths: StatePaths): Promise<void> {
  await Promise.all([paths.run, paths.logs].map((folder) => mkdir(folder, { recursive: true })));
  await writeFile(paths.containerdConfig, containerdConfiguration(paths));
  await writeFile(path.join(paths.root, "daemon.json"), `${JSON.stringify(settings)}\n`);
  // dockerd believes a pid file whose number now belongs to somebody else.
  await run(asRoot(["rm", "-f", path.join(paths.run, "docker.pid"), paths.socket, paths.containerdSocket]));
}

interface Launched {
  readonly alive: () => boolean;
}

async function launch(paths: StatePaths, program: string, args: readonly string[]): Promise<Launched> {
  await rm(path.join(paths.logs, `${program}.old.log`), { force: true });
  await using log = await open(path.join(paths.logs, `${program}.log`), "w");
  const [command, ...rest] = asRoot([program, ...args]);
  const child = spawn(command, rest, {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    cwd: "/",
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin` },
  });
  let alive = true;
  child.on("error", () => {
    alive = false;
  });
  child.on("exit", () => {
    alive = false;
  });
  child.unref();
  return { alive: () => alive };
}

async function until(condition: () => Promise<boolean>, process: Launched, limit: number): Promise<boolean> {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    if (await condition()) return true;
    if (!process.alive()) return false;
    await sleep(50);
  }
  return false;
}

/** Two engines share the kernel's packet filter, and the one that starts later empties the other's rules. */
async function mustHaveTheNetworkToItself(paths: StatePaths): Promise<void> {
  for (const socket of ["/run/docker.sock", "/var/run/docker.sock"]) {
    const other = socket === paths.socket ? undefined : await askVersion(socket, 1_000);
    if (other === undefined) continue;
    throw new TestbedError(
      `A Docker engine of version ${other.version} runs at ${socket}, but it cannot be used (too old, or its client lacks Buildx or Compose), ` +
        "and a second engine beside it would take its network rules away. Upgrade it, install the plugins, or stop it, and run this again.",
    );
  }
}

async function outgoingMtu(): Promise<number> {
  const routes = await readFile("/proc/net/route", "utf8").catch(() => "");
  const device = routes
    .split("\n")
    .map((line) => line.split("\t"))
    .find((fields) => fields[1] === "00000000")?.[0];
  if (device === undefined) return 1500;
  const mtu = await readFile(`/sys/class/net/${device}/mtu`, "utf8").catch(() => "1500");
  return Math.min(1500, Number.parseInt(mtu, 10) || 1500);
}

async function isSocket(file: string): Promise<boolean> {
  return await stat(file).then(
    (entry) => entry.isSocket(),
    () => false,
  );
}
