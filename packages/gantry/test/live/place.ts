import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A user's folder with a stack and a key of its own, on the real engine; down and gone at the end of the scope. */
export interface Place extends AsyncDisposable {
  readonly name: string;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  gantry(
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv },
  ): Promise<Ended>;
  /** The same, and an error when it fails. */
  must(
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv },
  ): Promise<string>;
  run(program: string, ...args: readonly string[]): Promise<string>;
  write(path: string, text: string): void;
  read(path: string): string;
}

/** Makes one; `stack` gets its name. */
export async function makePlace(settings: {
  readonly stack: (name: string) => string;
  readonly files?: Readonly<Record<string, string>>;
  readonly images?: readonly string[];
}): Promise<Place> {
  const engine = await ensureEngine();
  await ensureImages(engine, settings.images ?? []);
  const name = `ship${randomBytes(4).toString("hex")}`;
  const root = mkdtempSync(join(tmpdir(), "gantry-place-"));
  linkGantry(root);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...engine.env,
    NO_COLOR: "1",
    XDG_CONFIG_HOME: join(root, ".config"),
  };
  // What CI says about the project that is tested is not about the one in this folder.
  for (const variable of ["GITHUB_ACTIONS", "GITLAB_CI", "GANTRY_AGE_KEY", "GANTRY_AGE_KEY_FILE"])
    delete env[variable];
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(settings.files ?? {})) write(path, text);
  write("stack.ts", settings.stack(name));
  write(".gitignore", "node_modules\n.gantry\n.config\n");
  const gantry: Place["gantry"] = (args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(packageFolder, "bin", "gantry.mjs"), ...args], {
        cwd: root,
        env: { ...env, ...options.env },
        stdio: ["pipe", "pipe", "pipe"],
      });
      const texts = { out: "", err: "" };
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        texts.out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        texts.err += text;
      });
      child.stdin.on("error", () => {});
      child.stdin.end(options.input ?? "");
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, ...texts }));
    });
  const run: Place["run"] = (program, ...args) =>
    new Promise((resolve, reject) => {
      execFile(program, args, { cwd: root, env, maxBuffer: 256 * 1024 ** 2 }, (error, stdout, stderr) =>
        error === null
          ? resolve(stdout.trim())
          : reject(new Error(`${program} ${args.join(" ")}: ${stderr}`)),
      );
    });
  return {
    name,
    root,
    env,
    gantry,
    run,
    write,
    must: async (args, options) => {
      const ended = await gantry(args, options);
      if (ended.code !== 0)
        throw new Error(`gantry ${args.join(" ")} ended with ${ended.code}:\n${ended.out}${ended.err}`);
      return ended.out;
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    async [Symbol.asyncDispose]() {
      for (const environment of ["production", "dev"])
        await gantry(["down", "--volumes", "--env", environment]);
      const images = (await run("docker", "images", "--format", "{{.Repository}}:{{.Tag}}"))
        .split("\n")
        .filter((image) => image.includes(name) && !image.includes("<none>"));
      if (images.length > 0) await run("docker", "rmi", "--force", ...images).catch(() => {});
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A registry of our own on loopback, gone at the end of the scope. */
export async function startRegistry(
  place: Place,
  settings: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly host: string; readonly container: string }> {
  const variables = Object.entries(settings).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const container = await place.run(
    "docker",
    "run",
    "-d",
    "-p",
    "127.0.0.1::5000",
    ...variables,
    "registry:3",
  );
  const remove = (): Promise<string> => place.run("docker", "rm", "--force", "--volumes", container);
  try {
    const host = await place.run("docker", "port", container, "5000/tcp");
    for (let left = 100; ; left--) {
      const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
      if (answer?.ok === true) break;
      if (left === 0) throw new Error(await place.run("docker", "logs", container));
      await new Promise((done) => setTimeout(done, 100));
    }
    return {
      host,
      container,
      async [Symbol.asyncDispose]() {
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
