// What the command line costs: its start beside an empty Node process, and how rendering grows with the stack.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadProject } from "../packages/gantry/src/operations/load.ts";
import { gantryCommand, linkGantry } from "../testbed/copy.ts";
import { interleaved, median, tableText } from "./support/measure.ts";

const sample = fileURLToPath(new URL("../samples/parcel", import.meta.url));
const sizes = [10, 100, 1000] as const;

/** Prints both tables and the headline. */
export async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  try {
    const start = await startCost(folder);
    const growth = await renderGrowth(folder);
    process.stdout.write(
      `\ngantry --help takes ${start.help} times an empty Node process, gantry render of the sample ${start.render} times; ` +
        `1,000 services render in ${growth.largest}, ${growth.perService} times the time per service of 10\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startCost(folder: string): Promise<{ readonly help: string; readonly render: string }> {
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "");
  const ways = {
    "empty Node process": () => runNode([empty], folder),
    "gantry --help": () => runNode([gantryCommand, "--help"], folder),
    "gantry config": () => runNode([gantryCommand, "config"], sample),
    "gantry render": () => runNode([gantryCommand, "render"], sample),
  };
  const times = await interleaved(ways, { warm: 3, counted: 25 });
  const least = times["empty Node process"] ?? 1;
  const ratio = (name: keyof typeof ways): string => ((times[name] ?? 0) / least).toFixed(2);
  const rows = Object.entries(times).map(([name, ms]) => [
    name,
    `${ms.toFixed(1)} ms`,
    (ms / least).toFixed(2),
  ]);
  process.stdout.write(`${tableText([["start", "median", "ratio"], ...rows])}\n\n`);
  return { help: ratio("gantry --help"), render: ratio("gantry render") };
}

function runNode(args: readonly string[], cwd: string): void {
  const ended = spawnSync(process.execPath, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (ended.status !== 0) throw new Error(`${args.join(" ")} ended with ${ended.status}:\n${ended.stderr}`);
}

async function renderGrowth(
  folder: string,
): Promise<{ readonly largest: string; readonly perService: string }> {
  const rows: string[][] = [];
  const perService: number[] = [];
  let before: { readonly size: number; readonly ms: number } | undefined;
  for (const size of sizes) {
    const measured = await renderStack(makeStack(folder, size));
    const slope =
      before === undefined
        ? ""
        : (Math.log(measured.ms / before.ms) / Math.log(size / before.size)).toFixed(2);
    rows.push([
      `${size} services`,
      `${measured.ms.toFixed(1)} ms`,
      `${(measured.ms / size).toFixed(2)} ms`,
      `${measured.files}`,
      `${(measured.bytes / 1024).toFixed(0)} KB`,
      slope,
    ]);
    perService.push(measured.ms / size);
    before = { size, ms: measured.ms };
  }
  const heading = ["resolve and render", "median", "per service", "files", "size", "growth (1 is linear)"];
  process.stdout.write(`${tableText([heading, ...rows])}\n`);
  return {
    largest: rows.at(-1)?.[1] ?? "",
    perService: ((perService.at(-1) ?? 0) / (perService[0] ?? 1)).toFixed(2),
  };
}

interface Rendered {
  readonly ms: number;
  readonly files: number;
  readonly bytes: number;
}

/** Loading is left out: importing a file does not grow with Gantry. */
async function renderStack(folder: string): Promise<Rendered> {
  const times: number[] = [];
  let files: ReadonlyMap<string, string> = new Map();
  for (let round = -2; round < 7; round += 1) {
    const project = await loadProject({ cwd: folder });
    const begun = performance.now();
    files = project.files();
    if (round >= 0) times.push(performance.now() - begun);
  }
  const bytes = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  return { ms: median(times), files: files.size, bytes };
}

/** A stack in groups of ten: a database, a cache, and eight services that use them and the one before. */
function makeStack(parent: string, size: number): string {
  const folder = join(parent, `stack-${size}`);
  linkGantry(folder);
  const services = Array.from({ length: size }, (_, index) => {
    const group = Math.floor(index / 10);
    if (index % 10 === 0) return `    "db-${group}": postgres({ version: "17", memory: "512m" }),`;
    if (index % 10 === 1)
      return `    "cache-${group}": redis({ version: "8", use: "cache", maxmemory: "64m" }),`;
    const uses = [`db-${group}`, `cache-${group}`, ...(index % 10 > 2 ? [`part-${index - 1}`] : [])];
    return `    "part-${index}": { image: "registry.example/part:1.${index}", port: 3000, health: { tcp: 3000 }, uses: ${JSON.stringify(uses)}, memory: "256m" },`;
  });
  const text = [
    'import { defineStack, postgres, redis } from "gantry";',
    "",
    "export default defineStack({",
    '  name: "large",',
    "  services: {",
    ...services,
    "  },",
    "});",
    "",
  ].join("\n");
  writeFileSync(join(folder, "stack.ts"), text);
  return folder;
}
