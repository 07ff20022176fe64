import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, gantryCommand, linkGantry, runToEnd } from "../../../../../testbed/copy.ts";
import { ensureEngine } from "../../../../../testbed/engine.ts";
import { ensureImages } from "../../../../../testbed/images.ts";
import { freePort } from "../../../../../testbed/sample.ts";
import { appFiles, type Mood, pageFiles, stackText } from "./files.ts";

/** A project on disk that is deployed with the command line, as a user would; everything of it goes at the end. */
export interface Yard extends AsyncDisposable {
  readonly name: string;
  readonly root: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes another version of the application. */
  version(version: string, mood?: Mood): void;
  /** Writes another version of a page, in the folder `page`. */
  page(version: string): void;
  stack(options: Parameters<typeof stackText>[1]): void;
  /** Writes one file of the project. */
  write(path: string, text: string): void;
  /** Runs the command line; any exit code resolves. */
  gantry(...args: readonly string[]): Promise<Ended>;
  /** The same, and each line is shown as it comes. */
  watch(args: readonly string[], onLine: (line: string) => void): Promise<Ended>;
  /** The same, and it must succeed. */
  sure(...args: readonly string[]): Promise<string>;
  docker(...args: readonly string[]): Promise<string>;
  /** The answer to a GET on a connection of its own; the version that serves. */
  ask(path?: string): Promise<string>;
  /** Runs a program of the tests with the yard's engine; any end resolves. */
  run(program: string, ...args: readonly string[]): Promise<Ended>;
  /** Text of a file in the ledger that all versions write to. */
  ledger(pattern: string): Promise<string>;
  /** The table of `gantry history`. */
  history(): Promise<string>;
  /** Containers of the project that run, by name. */
  running(): Promise<readonly string[]>;
}

/** Lays one out: the stack's files, an engine, the images that it is built on, a free port. Nothing runs yet. */
export async function layYard(
  options: Parameters<typeof stackText>[1] = {},
  /** Another engine than the testbed's, which holds the images already. */
  other?: { readonly environment: NodeJS.ProcessEnv; readonly host: string },
): Promise<Yard> {
  const name = `y${randomBytes(3).toString("hex")}`;
  const root = mkdtempSync(join(tmpdir(), "gantry-yard-"));
  const engine = await ensureEngine();
  await ensureImages(engine, ["node:24-trixie-slim", "nginx:1.28-trixie"]);
  const port = await freePort();
  const url = `http://${other?.host ?? "127.0.0.1"}:${port}`;
  const env: NodeJS.ProcessEnv = {
    ...(other?.environment ?? { ...process.env, ...engine.env }),
    EDGE_PORT: port,
    DOCKER_SOCKET: (engine.env["DOCKER_HOST"] ?? "").replace("unix://", ""),
    NO_COLOR: "1",
    CI: "1",
  };
  linkGantry(root);
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  // Without it yards would share images of the same content, and one could not remove its own.
  const own = { "app/yard": name };
  write({ "stack.ts": stackText(name, options), ...appFiles("v1"), ...own });
  const gantry = (...args: readonly string[]): Promise<Ended> =>
    runToEnd(process.execPath, [gantryCommand, ...args], { cwd: root, env });
  const docker = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile("docker", args, { env, maxBuffer: 256 * 1024 ** 2 }, (error, stdout) =>
        error === null ? resolve(stdout.trim()) : reject(error),
      );
    });
  const ofProject = ["--filter", `label=com.docker.compose.project=${name}-production`];
  const running = async (): Promise<readonly string[]> =>
    (await docker("ps", ...ofProject, "--format", "{{.Names}}"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.replace(`${name}-production-`, ""))
      .sort();
  return {
    name,
    root,
    url,
    env,
    version: (version, mood) => write({ ...appFiles(version, mood), ...own }),
    page: (version) => {
      rmSync(join(root, "page"), { recursive: true, force: true });
      write(pageFiles(version));
    },
    write: (path, text) => write({ [path]: text }),
    stack: (changed) => write({ "stack.ts": stackText(name, changed) }),
    gantry,
    watch: (args, onLine) => runToEnd(process.execPath, [gantryCommand, ...args], { cwd: root, env }, onLine),
    sure: async (...args) => {
      const { code, out } = await gantry(...args);
      if (code !== 0) throw new Error(`gantry ${args.join(" ")} ended with ${code}:\n${out}`);
      return out;
    },
    docker,
    ask: async (path = "/") => (await fetch(`${url}${path}`, { headers: { connection: "close" } })).text(),
    run: (program, ...args) => runToEnd(process.execPath, [program, ...args], { cwd: root, env }),
    ledger: async (pattern) => {
      const api = (await running()).find((one) => one.startsWith("api-"));
      return docker(
        "exec",
        `${name}-production-${api}`,
        "sh",
        "-c",
        `cat /ledger/${pattern} 2>/dev/null || true`,
      );
    },
    history: async () => (await gantry("history")).out,
    running,
    async [Symbol.asyncDispose]() {
      await gantry("down", "--volumes", "--env", "production");
      const images = await docker("images", "--quiet", `${name}-*`);
      if (images !== "") await docker("rmi", "--force", ...new Set(images.split("\n"))).catch(() => {});
      rmSync(root, { recursive: true, force: true });
    },
  };
}
