// Rows a second into QuestDB from one Python process: the sample's code beside QuestDB's own library. `-- ingest [--rows N]`
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { ensureEngine } from "../testbed/engine.ts";
import { ensureImages } from "../testbed/images.ts";
import { median, tableText } from "./support/measure.ts";

const execute = promisify(execFile);
const sample = fileURLToPath(new URL("../samples/aaronspindler", import.meta.url));
const server = "questdb/questdb:9.3.4";
const python = "python:3.13-slim-trixie";

/** QuestDB's library for Python. */
const client = "questdb==6.0.0";

const ways = { sample: "samples/aaronspindler", client: `${client.replace("==", " ")}, row by row` } as const;

type Way = keyof typeof ways;

/** What `ingest/rows.py` prints. */
interface Run {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly counted: number;
}

/** Prints the table and the headline. */
export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", default: "3000000" },
      rounds: { type: "string", default: "3" },
    },
  });
  const rows = Number(values.rows);
  const engine = await ensureEngine();
  await ensureImages(engine, [server, python]);
  const env = { ...process.env, ...engine.env };
  const docker = async (...words: readonly string[]): Promise<string> =>
    (await execute("docker", words, { env, maxBuffer: 64 * 1024 ** 2 })).stdout.trim();
  const name = `gantry-ingest-${randomBytes(4).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  try {
    await docker(...imageOf(folder), "--tag", name, folder);
    await docker("network", "create", name);
    await docker(
      ...["run", "--detach", "--name", name, "--network", name, "--network-alias", "questdb"],
      ...["--env", "QDB_TELEMETRY_ENABLED=false", server],
    );
    const runs: Record<Way, Run[]> = { sample: [], client: [] };
    const once = async (way: Way, count: number): Promise<Run> => {
      const printed = await docker("run", "--rm", "--network", name, name, way, String(count));
      const run = JSON.parse(printed.split("\n").at(-1) ?? "") as Run;
      if (run.counted !== count)
        throw new Error(`${way} wrote ${count} rows, and ${run.counted} were counted`);
      return run;
    };
    await answering(() => docker("run", "--rm", "--network", name, name, "sample", "1000"));
    // Java compiles what is called often: the first rows do not count.
    for (const way of Object.keys(ways) as Way[]) await once(way, 500_000);
    for (let round = 0; round < Number(values.rounds); round++)
      for (const way of Object.keys(ways) as Way[]) runs[way].push(await once(way, rows));
    report(rows, runs);
  } finally {
    await docker("rm", "--force", "--volumes", name).catch(() => {});
    await docker("network", "rm", name).catch(() => {});
    await docker("image", "rm", name).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Python with the sample's code, its version of Django, and the library; the words of `docker build` that go before the name. */
function imageOf(folder: string): readonly string[] {
  const locked = readFileSync(join(sample, "requirements/production.txt"), "utf8");
  const django = /^django==\S+/m.exec(locked)?.[0] ?? "django";
  cpSync(join(sample, "funds"), join(folder, "funds"), { recursive: true });
  copyFileSync(fileURLToPath(new URL("ingest/rows.py", import.meta.url)), join(folder, "rows.py"));
  const install = `pip install --root-user-action=ignore ${django} ${client}`;
  writeFileSync(
    join(folder, "Dockerfile"),
    `FROM ${python}
RUN --mount=type=secret,id=ca if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi && ${install}
WORKDIR /app
COPY . .
ENTRYPOINT ["python", "rows.py"]
`,
  );
  const ca = process.env["NODE_EXTRA_CA_CERTS"] ?? "";
  return ["build", "--quiet", ...(ca === "" ? [] : ["--secret", `id=ca,src=${ca}`])];
}

/** The server opens its port seconds after its container starts. */
async function answering(ask: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

function report(rows: number, runs: Readonly<Record<Way, readonly Run[]>>): void {
  const rate = (way: Way, of: (run: Run) => number): number => median(runs[way].map((run) => rows / of(run)));
  const table = (Object.keys(ways) as Way[]).map((way) => [
    ways[way],
    thousands(rate(way, ({ seconds }) => seconds)),
    thousands(rate(way, ({ processorSeconds }) => processorSeconds)),
    (rate(way, ({ seconds }) => seconds) / rate("client", ({ seconds }) => seconds)).toFixed(2),
  ]);
  const header = [`${rows} rows, one process`, "rows a second", "a second of its processor", "times"];
  const [fastest] = table;
  process.stdout.write(
    `${tableText([header, ...table])}\n\n${fastest?.[1]} rows a second, all read back and counted: ${fastest?.[3]} times the plain client library\n`,
  );
}

const thousands = (value: number): string => `${Math.round(value / 1000)},000`;
