import { access, mkdir, symlink, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { askVersion } from "./engine/api.ts";
import { asRoot, run, TestbedError } from "./engine/command.ts";
import { offerContext, withdrawContext } from "./engine/context.ts";
import { startDaemon, stopDaemon } from "./engine/daemon.ts";
import { findEngine, majorOf, OLDEST_ENGINE } from "./engine/find.ts";
import { installEngine, uninstallEngine } from "./engine/install.ts";
import { unmountBelow } from "./engine/leftovers.ts";
import { lock } from "./engine/lock.ts";
import { type StatePaths, statePaths, stateRoot } from "./engine/state.ts";

export { TestbedError } from "./engine/command.ts";

/** A usable engine: Docker 25 or newer with Buildx and Compose. */
export interface Engine {
  /** `DOCKER_HOST` for it; `undefined` when the user's own Docker context decides. */
  readonly host: string | undefined;
  /** Variables to add to the environment of child processes: `docker` with its plugins then means this engine. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  /** Whether the testbed started it (and may stop it). */
  readonly owned: boolean;
  /** The folder in which the testbed keeps what belongs to this engine. */
  readonly state: string;
  /** Stops an owned engine and all that runs in it; does nothing to an engine of the user's. */
  stop(): Promise<void>;
}

/** What {@link ensureEngine} may do. */
export interface EngineOptions {
  /** Called with one line for each thing that takes time. */
  readonly progress?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Finds a usable engine or starts a private one, installing the distribution's packages first if need be.
 *
 * An engine named by `DOCKER_HOST` comes first, then a private one that runs already, then the current
 * context's. Throws a {@link TestbedError} that says what to do when none of these is possible.
 */
export async function ensureEngine(options: EngineOptions = {}): Promise<Engine> {
  const env = options.env ?? process.env;
  const progress = options.progress ?? (() => undefined);
  const paths = statePaths(stateRoot(env));
  const named = env["DOCKER_HOST"] ?? "";
  if (named === "" || named === hostOf(paths)) {
    const running = await askVersion(paths.socket);
    if (running !== undefined) return await privateEngine(paths, running.version, env);
  }
  if (named !== hostOf(paths)) {
    const search = await findEngine(env);
    if (search.kind === "usable") return foreignEngine(search.engine.host, search.engine.version, paths);
    if (named !== "") {
      throw new TestbedError(
        `DOCKER_HOST is ${named}, but that engine cannot be used: ${search.why}. Unset it or repair it.`,
      );
    }
  }
  await mkdir(paths.root, { recursive: true });
  await using _lock = await lock(path.join(paths.locks, "engine"));
  const meanwhile = await askVersion(paths.socket);
  if (meanwhile !== undefined) return await privateEngine(paths, meanwhile.version, env);
  await installEngine(paths, progress);
  progress("starting a private Docker engine");
  const version = await startDaemon(paths, progress);
  if (majorOf(version) < OLDEST_ENGINE) {
    await stopDaemon(paths);
    throw new TestbedError(
      `This distribution's Docker is version ${version}, Gantry needs ${OLDEST_ENGINE} or newer. ` +
        "Install a newer one with Buildx and Compose, start it, and run this again.",
    );
  }
  await offerContext(paths, env);
  return await privateEngine(paths, version, env);
}

/** The private engine if it runs, without starting or installing anything. */
export async function runningEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine | undefined> {
  const paths = statePaths(stateRoot(env));
  const running = await askVersion(paths.socket);
  return running === undefined ? undefined : await privateEngine(paths, running.version, env);
}

/**
 * Stops the private engine with all that runs in it. `purge` also removes its images and volumes, the
 * packages that the testbed installed and the whole state folder.
 */
export async function removeEngine(
  options: EngineOptions & { readonly purge?: boolean } = {},
): Promise<void> {
  const progress = options.progress ?? (() => undefined);
  const paths = statePaths(stateRoot(options.env ?? process.env));
  if (!(await exists(paths.root))) return;
  {
    await using _lock = await lock(path.join(paths.locks, "engine"));
    progress("stopping the private Docker engine");
    if (options.purge === true) await removeNetworks(paths);
    await stopDaemon(paths);
    await withdrawContext(paths, options.env ?? process.env);
    if (options.purge !== true) return;
    await unmountBelow(paths.root);
    await uninstallEngine(paths, progress);
  }
  progress(`removing ${paths.root}`);
  await run(asRoot(["rm", "-rf", "--one-file-system", paths.root]));
}

/** Bridges outlive the engine that made them. */
async function removeNetworks(paths: StatePaths): Promise<void> {
  if ((await askVersion(paths.socket)) === undefined) return;
  const env = { DOCKER_HOST: hostOf(paths) };
  const running = await run(["docker", "ps", "-aq"], { env });
  const ids = running.stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await run(["docker", "rm", "-f", "-v", ...ids], { env });
  await run(["docker", "swarm", "leave", "--force"], { env });
  await run(["docker", "network", "prune", "-f"], { env });
  await stopDaemon(paths);
  await run(asRoot(["ip", "link", "delete", "docker0"]));
}

function hostOf(paths: StatePaths): string {
  return `unix://${paths.socket}`;
}

async function privateEngine(paths: StatePaths, version: string, env: NodeJS.ProcessEnv): Promise<Engine> {
  await prepareClient(paths);
  return {
    host: hostOf(paths),
    env: {
      DOCKER_HOST: hostOf(paths),
      DOCKER_CONFIG: paths.dockerConfig,
      PATH: [paths.bin, ...(env["PATH"] ?? "").split(":").filter((folder) => folder !== paths.bin)].join(":"),
      // A context by name would win over DOCKER_HOST.
      ...(env["DOCKER_CONTEXT"] === undefined ? {} : { DOCKER_CONTEXT: "" }),
    },
    version,
    owned: true,
    state: paths.root,
    async stop() {
      await using _lock = await lock(path.join(paths.locks, "engine"));
      await stopDaemon(paths);
    },
  };
}

function foreignEngine(host: string | undefined, version: string, paths: StatePaths): Engine {
  return { host, env: {}, version, owned: false, state: paths.root, async stop() {} };
}

/** A client of another origin may come first on PATH, and without plugins: the packaged one gets a folder of its own. */
async function prepareClient(paths: StatePaths): Promise<void> {
  const link = path.join(paths.bin, "docker");
  if (await exists(path.join(paths.dockerConfig, "config.json"))) return;
  await mkdir(paths.bin, { recursive: true });
  await mkdir(paths.dockerConfig, { recursive: true });
  await unlink(link).catch(() => undefined);
  await symlink("/usr/bin/docker", link).catch(() => undefined);
  const plugins = ["/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins"];
  await writeFile(
    path.join(paths.dockerConfig, "config.json"),
    `${JSON.stringify({ cliPluginsExtraDirs: plugins }, undefined, 2)}\n`,
  );
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
