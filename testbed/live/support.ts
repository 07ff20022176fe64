import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandResult, must, run } from "../engine/command.ts";
import { type Engine, ensureEngine, TestbedError } from "../engine.ts";
import { ensureImages } from "../images.ts";

const LABEL = "gantry.testbed.test=yes";

/** What a live test works with. */
export interface Bench {
  readonly engine: Engine;
  /** Says why this test cannot run here. */
  skip(why: string): void;
  /** Runs `docker` and throws when it fails; returns what it printed. */
  docker(...args: readonly string[]): Promise<string>;
  /** Runs `docker` and returns how it ended. */
  tryDocker(...args: readonly string[]): Promise<CommandResult>;
  /** Starts a container that is removed, with its anonymous volumes, when the test ends. */
  start(...args: readonly string[]): Promise<Container>;
  /** Makes a volume that is removed when the test ends. */
  volume(): Promise<string>;
}

/** A running container. */
export interface Container {
  readonly name: string;
  exec(...command: readonly string[]): Promise<string>;
  tryExec(...command: readonly string[]): Promise<CommandResult>;
  logs(): Promise<string>;
}

/** A test on a real engine with these images; skipped where there can be none, but never in CI. */
export function liveTest(
  name: string,
  images: readonly string[],
  body: (bench: Bench) => Promise<void>,
): void {
  test(name, { timeout: 600_000 }, async (context) => {
    const engine = await ensureEngine().catch((error: unknown) => {
      if (!(error instanceof TestbedError) || process.env["CI"]) throw error;
      context.skip(`no engine: ${error.message}`);
      return undefined;
    });
    if (engine === undefined) return;
    await ensureImages(engine, images);
    const started: string[] = [];
    await body(benchFor(engine, context, started)).catch(async (error: unknown) => {
      // A container's own words are gone with it when the test ends.
      for (const name of started) context.diagnostic(await lastWords(engine, name));
      throw error;
    });
  });
}

async function lastWords(engine: Engine, name: string): Promise<string> {
  const state = await run(["docker", "ps", "--all", "--filter", `name=${name}`, "--format", "{{.Status}}"], {
    env: engine.env,
  });
  const log = await run(["docker", "logs", "--timestamps", "--tail", "20", name], { env: engine.env });
  return `${name}: ${state.stdout.trim()}\n${log.stdout}${log.stderr}`;
}

/** Waits until `condition` returns something other than `undefined` or `false`, at most five minutes: a limit for what hangs, not for what is slow. */
export async function eventually<T>(condition: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 300_000;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`still not so after five minutes: ${condition}`);
    await sleep(100);
  }
}

function benchFor(engine: Engine, context: TestContext, started: string[]): Bench {
  const tryDocker = (...args: readonly string[]) => run(["docker", ...args], { env: engine.env });
  const docker = async (...args: readonly string[]) =>
    (await must(["docker", ...args], { env: engine.env })).stdout.trim();
  const cleanUp: (() => Promise<unknown>)[] = [];
  context.after(async () => {
    // What was made last goes first: a volume cannot go before its container.
    for (const step of cleanUp.reverse()) await step();
  });
  const fresh = () => `gantry-testbed-${randomBytes(4).toString("hex")}`;
  return {
    engine,
    skip: (why) => context.skip(why),
    docker,
    tryDocker,
    async start(...args) {
      const name = fresh();
      cleanUp.push(() => tryDocker("rm", "--force", "--volumes", name));
      started.push(name);
      await docker("run", "--detach", "--name", name, "--label", LABEL, ...args);
      return {
        name,
        exec: (...command) => docker("exec", name, ...command),
        tryExec: (...command) => tryDocker("exec", name, ...command),
        logs: async () => {
          const { stdout, stderr } = await tryDocker("logs", name);
          return stdout + stderr;
        },
      };
    },
    async volume() {
      const name = fresh();
      await docker("volume", "create", "--label", LABEL, name);
      cleanUp.push(() => tryDocker("volume", "rm", name));
      return name;
    },
  };
}
