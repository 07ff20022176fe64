import { homedir } from "node:os";
import path from "node:path";

/** Every path that the testbed uses; all of them are below one folder. */
export interface StatePaths {
  readonly root: string;
  readonly data: string;
  readonly containerdData: string;
  readonly run: string;
  readonly socket: string;
  readonly containerdSocket: string;
  readonly containerdConfig: string;
  readonly logs: string;
  readonly bin: string;
  readonly dockerConfig: string;
  readonly apt: string;
  readonly locks: string;
  readonly images: string;
  /** Names of the packages that the testbed installed, so that `down --purge` can remove them. */
  readonly installed: string;
}

/**
 * The folder that holds all state: `GANTRY_TESTBED_STATE`, else `/var/lib/gantry-testbed` for root,
 * else `${XDG_STATE_HOME:-~/.local/state}/gantry/testbed`.
 */
export function stateRoot(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env["GANTRY_TESTBED_STATE"];
  if (chosen !== undefined && chosen !== "") return path.resolve(chosen);
  if (process.getuid?.() === 0) return "/var/lib/gantry-testbed";
  const base = env["XDG_STATE_HOME"] || path.join(homedir(), ".local", "state");
  return path.join(base, "gantry", "testbed");
}

/** The paths below a state folder. */
export function statePaths(root: string): StatePaths {
  const at = (...parts: string[]) => path.join(root, ...parts);
  return {
    root,
    data: at("docker"),
    containerdData: at("containerd"),
    run: at("run"),
    socket: at("run", "docker.sock"),
    containerdSocket: at("run", "containerd.sock"),
    containerdConfig: at("containerd.toml"),
    logs: at("logs"),
    bin: at("bin"),
    dockerConfig: at("docker-config"),
    apt: at("apt"),
    locks: at("locks"),
    images: at("images"),
    installed: at("installed-packages"),
  };
}
