import { readdir, readFile } from "node:fs/promises";

/** A process of this machine. */
export interface Process {
  readonly pid: number;
  readonly words: readonly string[];
}

/** Reads all processes that have a command line: kernel threads and ended ones have none. */
export async function readProcesses(): Promise<readonly Process[]> {
  const names = await readdir("/proc").catch(() => []);
  const processes = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const line = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
        // A process that has ended but whose parent did not ask for it has no command line.
        return line === ""
          ? []
          : [{ pid: Number(name), words: line.split("\0").filter((word) => word !== "") }];
      }),
  );
  return processes.flat();
}
