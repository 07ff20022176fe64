// What `gantry check` costs: beside an empty Node process, beside other tools on the same files, and as projects grow.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCorpus } from "./support/corpus.ts";
import { interleaved, tableText } from "./support/measure.ts";
import { composeConfig, dclint, dockerfileUtils, hadolint, type Peer } from "./support/peers.ts";

const gantry = fileURLToPath(new URL("../packages/gantry/bin/gantry.mjs", import.meta.url));
const seed = fileURLToPath(new URL("../packages/gantry/test/check/seeds/greek-easy", import.meta.url));
const counts = { dockerfiles: 5000, composeFiles: 1000 };
const sizes = [100, 1000, 10_000] as const;
/** `docker compose config` takes one file a process, so that a part of them has to do. */
const sampled = 50;

/** Prints three tables and the headline. */
export async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-check-"));
  try {
    process.stdout.write(
      `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}: other work on the machine slows all of it\n\n`,
    );
    const one = await oneProject(folder);
    const many = throughput(folder);
    const growth = growthTable(folder);
    process.stdout.write(
      `\none project takes ${one.ms.toFixed(0)} ms, an empty Node process ${one.empty.toFixed(0)} (wanted: below ${(1.5 * one.empty + 60).toFixed(0)}); ` +
        `${many}; 100 times the files take ${growth} times as long\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneProject(folder: string): Promise<{ readonly ms: number; readonly empty: number }> {
  const project = join(folder, "project");
  cpSync(seed, project, { recursive: true });
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "");
  const warm = join(folder, "warm");
  const dockerfile = "learn-greek-easy-backend/Dockerfile";
  const compose = "docker-compose.prod.yml";
  let colds = 0;
  const [lint, composeLint, utils, config] = [hadolint(), dclint(), dockerfileUtils(), composeConfig()];
  const ways: Record<string, () => void> = {
    "empty Node process": () => void run([process.execPath, empty], project),
    "gantry check": () => void run([process.execPath, gantry, "check"], project, warm),
    "gantry check, first time ever": () => {
      colds += 1;
      run([process.execPath, gantry, "check"], project, join(folder, `cold-${colds}`));
    },
    ...way(lint, [dockerfile], project),
    ...way(utils, [dockerfile], project),
    ...way(composeLint, [compose], project),
    ...way(config, [compose, "config", "--quiet"], project),
  };
  const times = await interleaved(ways, { warm: 5, counted: 15 });
  const least = times["empty Node process"] ?? 1;
  const rows = Object.entries(times).map(([name, ms]) => [
    name,
    `${ms.toFixed(0)} ms`,
    (ms / least).toFixed(1),
  ]);
  process.stdout.write(
    `${tableText([["one project, 5 files (the others: the one file that they read)", "median", "ratio"], ...rows])}\n\n`,
  );
  return { ms: times["gantry check"] ?? 0, empty: least };
}

function way(peer: Peer | undefined, words: readonly string[], cwd: string): Record<string, () => void> {
  return peer === undefined ? {} : { [peer.name]: () => void run([...peer.command, ...words], cwd) };
}

function throughput(folder: string): string {
  const corpus = join(folder, "corpus");
  const { dockerfiles, composeFiles, bytes } = writeCorpus(corpus, counts);
  const rows: string[][] = [];
  const rates = new Map<string, number>();
  const measure = (name: string, files: number, command: readonly string[], cache?: string): void => {
    const { ms } = run(command, corpus, cache);
    rates.set(name, (files * 1000) / ms);
    rows.push([name, String(files), `${(ms / 1000).toFixed(1)} s`, ((files * 1000) / ms).toFixed(0)]);
  };
  const check = (path: string): readonly string[] => [
    process.execPath,
    gantry,
    "check",
    path,
    "--format",
    "json",
  ];
  const cold = join(folder, "cold-corpus");
  const warm = join(folder, "warm");
  const [lint, utils, composeLint, config] = [hadolint(), dockerfileUtils(), dclint(), composeConfig()];
  measure("gantry check, Dockerfiles, cold", dockerfiles.length, check("images"), cold);
  measure("gantry check, Dockerfiles, warm", dockerfiles.length, check("images"), warm);
  if (lint !== undefined) measure(lint.name, dockerfiles.length, [...lint.command, ...dockerfiles]);
  if (utils !== undefined) measure(utils.name, dockerfiles.length, [...utils.command, ...dockerfiles]);
  measure("gantry check, Compose files, cold", composeFiles.length, check("stacks"), cold);
  measure("gantry check, Compose files, warm", composeFiles.length, check("stacks"), warm);
  if (composeLint !== undefined)
    measure(composeLint.name, composeFiles.length, [...composeLint.command, ...composeFiles]);
  if (config !== undefined) {
    const some = composeFiles.slice(0, sampled);
    const begun = performance.now();
    for (const file of some) run([...config.command, file, "config", "--quiet"], corpus);
    const ms = performance.now() - begun;
    rows.push([
      config.name,
      String(sampled),
      `${(ms / 1000).toFixed(1)} s`,
      ((sampled * 1000) / ms).toFixed(0),
    ]);
  }
  const title = `the same ${(bytes / 1e6).toFixed(1)} MB`;
  process.stdout.write(`${tableText([[title, "files", "time", "files a second"], ...rows])}\n\n`);
  const rival = lint === undefined ? undefined : rates.get(lint.name);
  const own = rates.get("gantry check, Dockerfiles, warm") ?? 0;
  return rival === undefined
    ? `${own.toFixed(0)} Dockerfiles a second`
    : `${(own / rival).toFixed(1)} times as many Dockerfiles a second as hadolint`;
}

function growthTable(folder: string): string {
  const rows = sizes.map((size) => {
    const place = join(folder, `size-${size}`);
    const composeCount = Math.floor(size / 6);
    writeCorpus(place, { dockerfiles: size - composeCount, composeFiles: composeCount });
    const command = [process.execPath, "--import", memoryProbe, gantry, "check", "--format", "json"];
    const { ms, peak } = run(command, place, join(folder, "warm"));
    return { size, ms, peak };
  });
  const table = rows.map(({ size, ms, peak }) => [
    `${size} files`,
    `${(ms / 1000).toFixed(2)} s`,
    `${(ms / size).toFixed(2)} ms`,
    `${(peak / 1024).toFixed(0)} MB`,
  ]);
  process.stdout.write(`${tableText([["growth", "time", "per file", "most memory"], ...table])}\n`);
  return ((rows.at(-1)?.ms ?? 0) / (rows[0]?.ms ?? 1)).toFixed(0);
}

/** Makes a Node process say at its end how much memory it took at most, in KB. */
const memoryProbe =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("\\npeak "+process.resourceUsage().maxRSS))';

/** Runs a program to its end, whatever its exit code: findings are no failure here. */
function run(
  [program = "", ...args]: readonly string[],
  cwd: string,
  cache?: string,
): { readonly ms: number; readonly peak: number } {
  if (cache !== undefined) mkdirSync(cache, { recursive: true });
  const env = { ...process.env, ...(cache === undefined ? {} : { XDG_CACHE_HOME: cache }), NO_COLOR: "1" };
  const begun = performance.now();
  const ended = spawnSync(program, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 1 << 29,
  });
  const ms = performance.now() - begun;
  if (ended.error !== undefined) throw ended.error;
  return { ms, peak: Number(/\npeak (\d+)$/.exec(ended.stderr)?.[1] ?? 0) };
}
