import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { EngineClient } from "../packages/gantry/src/engine/client.ts";
import { findEngine, systemSources } from "../packages/gantry/src/engine/connection.ts";
import { inspectContainer } from "../packages/gantry/src/engine/containers.ts";
import { cutOff } from "../packages/gantry/src/engine/cut-off.ts";
import { loadProject } from "../packages/gantry/src/operations/load.ts";
import { baseImages } from "./base-images.ts";
import { type Ended, gantryCommand, runToEnd } from "./copy.ts";
import { ensureEngine } from "./engine.ts";
import { ensureImages } from "./images.ts";

/** A sample that runs; taken down with its volumes at the end of the scope. */
export interface RunningSample extends AsyncDisposable {
  /** Environment of commands about it: engine, ports, secrets. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs the command line in the sample's folder; throws when it fails, unless told not to. */
  gantry(args: readonly string[], options?: { readonly mayFail?: boolean }): Promise<Ended>;
  docker(...args: readonly string[]): Promise<string>;
  /** Takes a container off its networks, so that nobody reaches it, until the returned function is called. */
  cutOff(container: string): Promise<() => Promise<void>>;
}

/** How a sample is started. */
export interface SampleOptions {
  readonly environment?: "dev" | "test" | "production";
  /** Variables: ports of the host, and secrets, which production never makes up. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Builds and starts a sample as a user would, with `gantry up`; a failure is thrown with what it printed. */
export async function startSample(folder: string, options: SampleOptions = {}): Promise<RunningSample> {
  const environment = options.environment ?? "production";
  const engine = await ensureEngine();
  const project = await loadProject({ cwd: folder, typeCheck: false });
  await ensureImages(engine, baseImages(project));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...engine.env,
    ...options.env,
    GANTRY_ENV: environment,
    NO_COLOR: "1",
  };
  const gantry: RunningSample["gantry"] = async (args, { mayFail = false } = {}) => {
    const ended = await runToEnd(process.execPath, [gantryCommand, ...args], { cwd: folder, env });
    if (ended.code !== 0 && !mayFail)
      throw new Error(`gantry ${args.join(" ")} ended with ${ended.code}:\n${ended.out}`);
    return ended;
  };
  const down = (): Promise<Ended> => gantry(["down", "--volumes"], { mayFail: true });
  // What an earlier run left behind, if it was killed.
  await down();
  try {
    await gantry(["up"]);
  } catch (error) {
    await down();
    throw error;
  }
  return {
    env,
    gantry,
    docker: (...args) =>
      new Promise((resolve, reject) => {
        execFile("docker", args, { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout) =>
          error === null ? resolve(stdout.trim()) : reject(error),
        );
      }),
    async cutOff(container) {
      const client = await EngineClient.connect(findEngine(systemSources(env)));
      const putBack = await cutOff(client, await inspectContainer(client, container));
      return async () => {
        await putBack();
        await client[Symbol.asyncDispose]();
      };
    },
    [Symbol.asyncDispose]: async () => {
      await down();
    },
  };
}

/**
 * A port of the loopback address and of all others on which nobody listens. Below those that the system gives to outgoing
 * connections (32768 and up): a port found there may be some client's own port by the time a container wants it.
 */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createServer();
    const free = await new Promise<boolean>((done) => {
      server.once("error", () => done(false)).listen(port, "0.0.0.0", () => done(true));
    });
    if (!free) continue;
    await new Promise<void>((done) => server.close(() => done()));
    return String(port);
  }
}

/** Asks again until the answer is accepted; fails with the last one after `seconds`. */
export async function until<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  seconds = 180,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask().catch((error: unknown) => error as T);
    if (!(answer instanceof Error) && accept(answer)) return answer;
    if (Date.now() > end)
      throw new Error(
        `not within ${seconds} s; the last answer: ${answer instanceof Error ? answer.message : JSON.stringify(answer)}`,
      );
    await new Promise((done) => setTimeout(done, 200));
  }
}
