import { existsSync, readFileSync } from "node:fs";

/** The group of all build steps, under cgroup v1 and v2; the counter of a group keeps what its ended members used. */
const v1 = "/sys/fs/cgroup/cpuacct/docker/buildkit/cpuacct.usage";
const v2 = "/sys/fs/cgroup/docker/buildkit/cpu.stat";

/**
 * Milliseconds of a processor that the steps of all builds on this machine have used so far, those of others too. `undefined`
 * where the engine's groups cannot be seen.
 */
export function processorUsed(): number | undefined {
  if (existsSync(v1)) return Number(readFileSync(v1, "utf8")) / 1e6;
  if (!existsSync(v2)) return undefined;
  const used = /^usage_usec (\d+)$/m.exec(readFileSync(v2, "utf8"))?.[1];
  return used === undefined ? undefined : Number(used) / 1e3;
}
