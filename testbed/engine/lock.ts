import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";

/**
 * Takes a lock that other processes respect, waiting as long as it takes; releases it at the end of the block.
 *
 * The lock is held by a child `flock` whose input closes when this process ends, however it ends: a killed run
 * can leave no lock behind.
 */
export async function lock(file: string): Promise<AsyncDisposable> {
  await mkdir(path.dirname(file), { recursive: true });
  const child = spawn("flock", [file, "sh", "-c", "echo held; cat >/dev/null"], {
    stdio: ["pipe", "pipe", "ignore"],
    // Ctrl-C reaches the whole foreground group: the holder must outlive our own cleaning up.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    // Where there is no flock (macOS) there is no private engine either: go on without.
    child.on("error", () => resolve());
  });
  await Promise.race([new Promise<void>((resolve) => child.stdout.once("data", () => resolve())), ended]);
  child.stdin.on("error", () => undefined);
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
