// What a build of the sample costs: cold, unchanged, one line, one dependency; and its size over what it must hold.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadProject } from "../packages/gantry/src/operations/load.ts";
import { renderFiles } from "../packages/gantry/src/operations/render.ts";
import { baseImages } from "../scripts/base-images.ts";
import { ensureEngine } from "../testbed/engine.ts";
import { ensureImages } from "../testbed/images.ts";
import { median, tableText } from "./support/measure.ts";

const run = promisify(execFile);
const sample = fileURLToPath(new URL("../samples/parcel", import.meta.url));
const gantry = fileURLToPath(new URL("../packages/gantry", import.meta.url));

/** One build: the whole, and what the application's own compiler took of it; milliseconds. */
interface Build {
  readonly total: number;
  readonly compile: number;
}

/** Prints the tables and the headline. */
export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
  const engine = await ensureEngine();
  const folder = copySample();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...engine.env,
    TAG: `bench-${randomBytes(3).toString("hex")}`,
    EXTRA_CA: process.env["NODE_EXTRA_CA_CERTS"] ?? "",
  };
  const build = async (...flags: readonly string[]): Promise<Build> => {
    const begun = performance.now();
    const { stderr } = await run(
      "docker",
      [
        "buildx",
        "bake",
        "--file",
        "deploy/docker-bake.hcl",
        "api",
        "--load",
        "--progress",
        "plain",
        ...flags,
      ],
      { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 },
    );
    return { total: performance.now() - begun, compile: compileTime(stderr) };
  };
  try {
    const project = await loadProject({ cwd: folder, typeCheck: false });
    await renderFiles(project);
    await ensureImages(engine, baseImages(project));
    const times: Record<string, Build[]> = {};
    const note = (name: string, result: Build): void => {
      times[name] = [...(times[name] ?? []), result];
    };
    for (let round = 0; round < rounds; round++) {
      freshCaches(folder);
      note("empty builder: no layer, no cache mount", await build("--no-cache"));
      note("no layer, warm cache mounts", await build("--no-cache"));
      note("nothing changed", await build());
      appendFileSync(join(folder, "server/src/api.ts"), `\n// ${round} ${Date.now()}\n`);
      note("one source line changed", await build());
      await addDependency(folder, round);
      note("one dependency added", await build());
    }
    const rows = Object.entries(times).map(([name, builds]) => {
      const total = median(builds.map((entry) => entry.total));
      const compile = median(builds.map((entry) => entry.compile));
      return [name, seconds(total), seconds(compile), seconds(total - compile)];
    });
    process.stdout.write(
      `${tableText([["build of parcel-api", `median of ${rounds}`, "own compiler", "the rest"], ...rows])}\n\n`,
    );
    const { size, floor } = await sizes(folder, env);
    process.stdout.write(
      `${tableText([
        ["size", "MB"],
        ["image", megabytes(size)],
        ["floor: base, production dependencies, built files", megabytes(floor)],
      ])}\n`,
    );
    const line = times["one source line changed"] ?? [];
    const rest = median(line.map((entry) => entry.total - entry.compile));
    const cold = median((times["empty builder: no layer, no cache mount"] ?? []).map((entry) => entry.total));
    process.stdout.write(
      `\none changed line takes ${seconds(rest)} beside the application's own compiler, ${(cold / median(line.map((entry) => entry.total))).toFixed(1)} times faster than a cold build; the image is ${(size / floor).toFixed(3)} times its floor\n`,
    );
    await run("docker", ["image", "rm", `parcel-api:${env["TAG"]}`], { env }).catch(() => {});
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copySample(): string {
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  for (const part of ["server", "web"])
    cpSync(join(sample, part), join(folder, part), {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
  cpSync(join(sample, "stack.ts"), join(folder, "stack.ts"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(gantry, join(folder, "node_modules/gantry"));
  return folder;
}

/** Other ids: the cache mounts of this builder are as empty as those of a new one, and nobody else's are touched. */
function freshCaches(folder: string): void {
  const file = join(folder, "deploy/api.Dockerfile");
  writeFileSync(
    file,
    readFileSync(file, "utf8").replaceAll(
      /id=npm-cache[\w-]*/g,
      `id=npm-cache-${randomBytes(4).toString("hex")}`,
    ),
  );
}

/** A small package more, in manifest and lock file. */
async function addDependency(folder: string, round: number): Promise<void> {
  const names = ["ms@2.1.3", "nanoid@5.1.6", "mitt@3.0.1", "clsx@2.1.1", "dequal@2.0.3"];
  await run(
    "npm",
    [
      "install",
      "--package-lock-only",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      names[round % names.length] as string,
    ],
    { cwd: join(folder, "server") },
  );
}

/** Seconds of the step `npm run build` in BuildKit's plain output, in milliseconds; 0 when it came from the cache. */
function compileTime(output: string): number {
  const step = /^#(\d+) \[[^\]]*\bbuild \d+\/\d+\] RUN .*npm run build/m.exec(output)?.[1];
  const done = step === undefined ? null : new RegExp(`^#${step} DONE ([\\d.]+)s`, "m").exec(output);
  return done === null ? 0 : Number(done[1]) * 1000;
}

/** Unpacked sizes in bytes; the floor is measured apart from the image, by installing into an empty folder. */
async function sizes(folder: string, env: NodeJS.ProcessEnv): Promise<{ size: number; floor: number }> {
  const imageSize = async (reference: string): Promise<number> =>
    Number((await run("docker", ["image", "inspect", "--format", "{{.Size}}", reference], { env })).stdout);
  const apart = mkdtempSync(join(tmpdir(), "gantry-bench-floor-"));
  try {
    cpSync(join(folder, "server"), apart, { recursive: true });
    await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: apart, maxBuffer: 64 * 1024 ** 2 });
    await run("npm", ["run", "build"], { cwd: apart });
    await run("npm", ["prune", "--omit=dev", "--no-audit", "--no-fund"], { cwd: apart });
    const bytes = async (path: string): Promise<number> =>
      Number(
        (
          await run("du", ["--summarize", "--apparent-size", "--block-size=1", join(apart, path)])
        ).stdout.split("\t")[0],
      );
    return {
      size: await imageSize(`parcel-api:${env["TAG"]}`),
      floor: (await imageSize("node:24-trixie-slim")) + (await bytes("node_modules")) + (await bytes("dist")),
    };
  } finally {
    rmSync(apart, { recursive: true, force: true });
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);
