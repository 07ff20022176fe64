import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asRoot, run } from "./command.ts";
import { type Process, readProcesses } from "./processes.ts";
import type { StatePaths } from "./state.ts";

/** What the processes of an engine are, in the order in which they may be ended. */
export interface EngineProcesses {
  readonly dockerd: readonly number[];
  readonly containerd: readonly number[];
  readonly shims: readonly number[];
}

/** An engine that does not answer will hardly stop its containers either. */
export const IMPATIENT = 3_000;

/** Finds the processes that belong to the engine below a state folder, whoever started them. */
export function engineProcesses(processes: readonly Process[], paths: StatePaths): EngineProcesses {
  const named = (name: string, mark: string) =>
    processes
      .filter(({ words }) => path.basename(words[0] ?? "") === name && words.includes(mark))
      .map(({ pid }) => pid);
  return {
    dockerd: named("dockerd", `unix://${paths.socket}`),
    containerd: named("containerd", paths.containerdConfig),
    shims: processes
      .filter(({ words }) => /^containerd-shim/.test(path.basename(words[0] ?? "")))
      .filter(({ words }) => words.includes(paths.containerdSocket))
      .map(({ pid }) => pid),
  };
}

/**
 * Ends the engine's processes in order: dockerd stops its containers, then containerd, then what is left.
 * `patience` is how many milliseconds dockerd gets.
 */
export async function endLeftovers(paths: StatePaths, patience = 30_000): Promise<void> {
  const found = engineProcesses(await readProcesses(), paths);
  await end(found.dockerd, "TERM", patience);
  await end(found.containerd, "TERM", 10_000);
  if (found.dockerd.length === 0 && found.shims.length === 0) return;
  const left = engineProcesses(await readProcesses(), paths);
  const containers = left.shims.length === 0 ? [] : await containerProcesses(paths);
  await end([...left.dockerd, ...left.containerd, ...left.shims, ...containers], "KILL", 10_000);
}

/** Removes the engine's run-time state (not its images) and everything that is mounted below its folders. */
export async function removeStaleState(paths: StatePaths): Promise<void> {
  await endLeftovers(paths, IMPATIENT);
  await unmountBelow(paths.root);
  await run(asRoot(["rm", "-rf", paths.run]));
}

/** Unmounts everything below a folder, deepest first. */
export async function unmountBelow(folder: string): Promise<void> {
  const mounts = await readFile("/proc/self/mounts", "utf8").catch(() => "");
  const below = mounts
    .split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "))
    .filter((point) => point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
  for (const point of below) await run(asRoot(["umount", "--lazy", point]));
}

async function end(pids: readonly number[], signal: "TERM" | "KILL", limit: number): Promise<void> {
  if (pids.length === 0) return;
  await run(asRoot(["kill", `-${signal}`, ...pids.map(String)]));
  const stop = Date.now() + limit;
  while (Date.now() < stop) {
    const alive = new Set((await readProcesses()).map(({ pid }) => pid));
    if (!pids.some((pid) => alive.has(pid))) return;
    await sleep(50);
  }
  if (signal === "TERM") await end(pids, "KILL", 5_000);
}

/** Processes inside containers whose engine and shim are gone: their control group still names the container. */
async function containerProcesses(paths: StatePaths): Promise<readonly number[]> {
  const listed = await run(asRoot(["ls", path.join(paths.data, "containers")]));
  const ids = listed.stdout.split("\n").filter((id) => /^[0-9a-f]{64}$/.test(id));
  if (ids.length === 0) return [];
  const members = await Promise.all(
    (await readProcesses()).map(async ({ pid }) => {
      const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
      return ids.some((id) => groups.includes(id)) ? [pid] : [];
    }),
  );
  return members.flat();
}
