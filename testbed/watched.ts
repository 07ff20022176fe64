import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copySample, gantryCommand } from "./copy.ts";
import { freePort, type RunningSample, startSample, until } from "./sample.ts";

/** A sample in development whose sources may be edited; gone with its folder at the end of the scope. */
export interface WatchedSample extends AsyncDisposable {
  readonly sample: RunningSample;
  /** Host ports by variable. */
  readonly ports: Readonly<Record<string, string>>;
  /** Ends watching as Ctrl-C does, and gives the exit code; the stack stays up. */
  stopWatching(): Promise<number>;
  /** Replaces a text in a source file, which must be there. */
  edit(path: string, from: string, to: string): void;
}

/** Copies a sample under another name, brings it up in dev and watches it, as `gantry up --watch` does for a developer. */
export async function watchSample(
  folder: string,
  options: { readonly name: string; readonly ports: readonly string[] },
): Promise<WatchedSample> {
  const copy = copySample(folder, {
    label: `${options.name}-dev`,
    stack: (text) => text.replace(`name: "${options.name}"`, `name: "${options.name}-watched"`),
  });
  try {
    const ports = Object.fromEntries(
      await Promise.all(options.ports.map(async (port) => [port, await freePort()] as const)),
    );
    const sample = await startSample(copy, { environment: "dev", env: ports });
    const stopWatching = await watch(copy, sample.env);
    return {
      stopWatching,
      sample,
      ports,
      edit: (path, from, to) => {
        const file = join(copy, path);
        const text = readFileSync(file, "utf8");
        if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
        writeFileSync(file, text.replace(from, to));
      },
      async [Symbol.asyncDispose]() {
        await stopWatching();
        await sample[Symbol.asyncDispose]();
        const reference = `reference=${options.name}-watched-*`;
        const images = (await sample.docker("images", "--quiet", "--filter", reference)).split("\n");
        await sample.docker("image", "rm", "--force", ...new Set(images));
        rmSync(copy, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    throw error;
  }
}

/** Watches until told to stop; what it said is in the error when it never begins. */
async function watch(folder: string, env: NodeJS.ProcessEnv): Promise<() => Promise<number>> {
  const watcher = spawn(process.execPath, [gantryCommand, "up", "--watch"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((done) => watcher.on("close", (code) => done(code ?? -1)));
  let said = "";
  for (const stream of [watcher.stdout, watcher.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  await until(
    async () => said,
    (text) => /watching/i.test(text),
  );
  return async () => {
    watcher.kill("SIGINT");
    return ended;
  };
}
