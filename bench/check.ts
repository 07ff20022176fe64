// What `gantry check` costs: beside an empty Node process, beside other tools on the same files, and as projects grow.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCorpus, writeManifests } from "./support/corpus.ts";
import { interleaved, tableText } from "./support/measure.ts";
import { composeConfig, dclint, dockerfileUtils, hadolint, type Peer } from "./support/peers.ts";

const checkout = fileURLToPath(new URL("../packages/gantry", import.meta.url));
const seed = fileURLToPath(new URL("../packages/gantry/test/check/seeds/greek-easy", import.meta.url));
const corpusCounts = { dockerfiles: 5000, composeFiles: 1000 };
const sizes = [100, 1000, 10_000] as const;
/** `docker compose config` takes one file a process, so that a part of them has to do. */
const sampled = 50;

/** Prints its tables, and last what of it was promised; `one ROUNDS` measures the start on one project alone. */
export async function bench([only, rounds = "60"]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-check-"));
  try {
    process.stdout.write(
      `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}: other work on the machine slows all of it\n\n`,
    );
    const gantry = published(folder);
    if (only === "one") {
      const { ms, empty } = await oneProject(gantry, folder, { counted: Number(rounds), peers: false });
      process.stdout.write(`${tableText([headings, startPromise(ms, empty)])}\n`);
      return;
    }
    const one = await oneProject(gantry, folder, { counted: 15, peers: true });
    const rates = throughput(gantry, folder);
    const growth = growthTable(gantry, folder, "files", sizes, (place, size) => {
      const composeFiles = Math.floor(size / 6);
      writeCorpus(place, { dockerfiles: size - composeFiles, composeFiles });
    });
    const manifests = growthTable(gantry, folder, "manifests", sizes.slice(1), writeManifests);
    const rows = [
      ...startAndRate(one, rates),
      ...growthPromises("files", growth),
      ...growthPromises("manifests", manifests),
    ];
    process.stdout.write(`${tableText([headings, ...rows])}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const headings = ["promised", "measured", "limit", "met"];

/** The program as its package holds it, without the sources, whose ages a checkout looks at. */
function published(folder: string): string {
  run([process.execPath, join(checkout, "bin", "gantry.mjs"), "check"], folder);
  const place = join(folder, "published");
  for (const part of ["bin", "dist", "package.json"])
    cpSync(join(checkout, part), join(place, part), { recursive: true });
  return join(place, "bin", "gantry.mjs");
}

/** How much more memory 10,000 files may take than 1,000, beyond what an empty Node process takes, and still be flat. */
const flat = 1.5;
/** How much more time a file may take among 10,000 than among 1,000, and growth still be linear. */
const linear = 1.2;

function promise(
  what: string,
  measured: number,
  limit: number,
  unit: string,
  met: boolean = measured <= limit,
): readonly string[] {
  return [
    what,
    `${measured.toFixed(measured < 10 ? 2 : 0)}${unit}`,
    `${limit.toFixed(limit < 10 ? 2 : 0)}${unit}`,
    met ? "yes" : "NO",
  ];
}

function startPromise(ms: number, empty: number): readonly string[] {
  return promise("one project: below 1.5 empty Node processes + 60 ms", ms, 1.5 * empty + 60, " ms");
}

function startAndRate(
  one: { readonly ms: number; readonly empty: number },
  rates: { readonly own: number; readonly hadolint: number | undefined },
): readonly (readonly string[])[] {
  const start = startPromise(one.ms, one.empty);
  if (rates.hadolint === undefined) return [start];
  const faster = rates.own > rates.hadolint;
  return [start, promise("Dockerfiles a second: more than hadolint", rates.own, rates.hadolint, "", faster)];
}

function growthPromises(
  what: string,
  { empty, rows }: { readonly empty: number; readonly rows: readonly Growth[] },
): readonly (readonly string[])[] {
  const [thousand, tenThousand] = rows.slice(-2);
  if (thousand === undefined || tenThousand === undefined) return [];
  const time = tenThousand.processor / tenThousand.size / (thousand.processor / thousand.size);
  const memory = (tenThousand.peak - empty) / (thousand.peak - empty);
  return [
    promise(`processor time for each, 10,000 ${what} to 1,000: linear`, time, linear, " times"),
    promise(`memory beyond an empty Node, 10,000 ${what} to 1,000: flat`, memory, flat, " times"),
  ];
}

async function oneProject(
  gantry: string,
  folder: string,
  { counted, peers }: { readonly counted: number; readonly peers: boolean },
): Promise<{ readonly ms: number; readonly empty: number }> {
  const project = join(folder, "project");
  cpSync(seed, project, { recursive: true });
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "");
  const warm = join(folder, "warm");
  const dockerfile = "learn-greek-easy-backend/Dockerfile";
  const compose = "docker-compose.prod.yml";
  let colds = 0;
  const ours: Record<string, () => void> = {
    "empty Node process": () => void run([process.execPath, empty], project),
    "gantry check": () => void run([process.execPath, gantry, "check"], project, warm),
  };
  const ways = (): Record<string, () => void> => ({
    ...ours,
    "gantry check, first time ever": () => {
      colds += 1;
      run([process.execPath, gantry, "check"], project, join(folder, `cold-${colds}`));
    },
    ...way(hadolint(), [dockerfile], project),
    ...way(dockerfileUtils(), [dockerfile], project),
    ...way(dclint(), [compose], project),
    ...way(composeConfig(), [compose, "config", "--quiet"], project),
  });
  const times = await interleaved(peers ? ways() : ours, { warm: 5, counted });
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

function throughput(
  gantry: string,
  folder: string,
): { readonly own: number; readonly hadolint: number | undefined } {
  const corpus = join(folder, "corpus");
  const { dockerfiles, composeFiles, bytes } = writeCorpus(corpus, corpusCounts);
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
  return {
    own: rates.get("gantry check, Dockerfiles, warm") ?? 0,
    hadolint: lint === undefined ? undefined : rates.get(lint.name),
  };
}

interface Growth {
  readonly size: number;
  readonly ms: number;
  /** Milliseconds that it computed: what else the machine does is not in it. */
  readonly processor: number;
  /** KB. */
  readonly peak: number;
}

function growthTable(
  gantry: string,
  folder: string,
  what: string,
  counts: readonly number[],
  write: (place: string, size: number) => void,
): { readonly empty: number; readonly rows: readonly Growth[] } {
  const empty = run([process.execPath, "--import", probe, "--eval", "0"], folder).peak;
  const rows = counts.map((size) => {
    const place = join(folder, `${what}-${size}`);
    write(place, size);
    const command = [process.execPath, "--import", probe, gantry, "check", "--format", "json"];
    return { size, ...run(command, place, join(folder, "warm")) };
  });
  const table = rows.map(({ size, ms, processor, peak }) => [
    `${size} ${what}`,
    `${(ms / 1000).toFixed(2)} s`,
    `${(processor / 1000).toFixed(2)} s`,
    `${(processor / size).toFixed(2)} ms`,
    `${(peak / 1024).toFixed(0)} MB`,
  ]);
  const least = ["empty Node process", "", "", "", `${(empty / 1024).toFixed(0)} MB`];
  process.stdout.write(
    `${tableText([["growth", "time", "processor", "for each", "most memory"], least, ...table])}\n\n`,
  );
  return { empty, rows };
}

/**
 * Makes a Node process say at its end how much memory it took at most, in KB, and how long it computed, in ms. Not by
 * `maxRSS` where Linux says more: that begins with what the process that started this one took, which holds long texts.
 */
const probe = `data:text/javascript,${encodeURIComponent(`process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  let peak = maxRSS;
  try {
    const status = process.getBuiltinModule("node:fs").readFileSync("/proc/self/status", "utf8");
    peak = /VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? maxRSS;
  } catch {}
  process.stderr.write("\\npeak " + peak + " " + (userCPUTime + systemCPUTime) / 1e3);
})`)}`;

/** Runs a program to its end, whatever its exit code: findings are no failure here. */
function run([program = "", ...args]: readonly string[], cwd: string, cache?: string): Omit<Growth, "size"> {
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
  const [, peak = "0", processor = "0"] = /\npeak (\d+) ([\d.]+)$/.exec(ended.stderr) ?? [];
  return { ms, processor: Number(processor), peak: Number(peak) };
}
