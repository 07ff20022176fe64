// How long a stack needs from `up` to all healthy: Gantry's files beside the health settings of a hand-written one.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { EngineClient } from "../packages/gantry/src/engine/client.ts";
import { findEngine, systemSources } from "../packages/gantry/src/engine/connection.ts";
import {
  containerLogs,
  inspectContainer,
  startContainer,
  waitContainer,
} from "../packages/gantry/src/engine/containers.ts";
import { loadProject } from "../packages/gantry/src/operations/load.ts";
import { baseImages } from "../testbed/base-images.ts";
import { ensureEngine } from "../testbed/engine.ts";
import { ensureImages } from "../testbed/images.ts";
import { freePort } from "../testbed/sample.ts";
import { median, tableText } from "./support/measure.ts";

const run = promisify(execFile);
const sample = fileURLToPath(new URL("../samples/parcel", import.meta.url));
const gantry = fileURLToPath(new URL("../packages/gantry/bin/gantry.mjs", import.meta.url));
const project = "parcel-production";

/** Health settings of seed 003's production file: a service of its own kind each, asked from 10 or 30 s on. */
const byHand: Readonly<Record<string, object>> = {
  db: { interval: "10s", timeout: "5s", retries: 5 },
  queue: { interval: "10s", timeout: "5s", retries: 3 },
  cache: { interval: "10s", timeout: "5s", retries: 3 },
  other: { interval: "30s", timeout: "10s", retries: 3, start_period: "40s" },
};

/** Prints the table and the headline; `quick` leaves out the slow way, which needs more than a minute a round. */
export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
  const quick = args.includes("quick");
  const engine = await ensureEngine();
  const loaded = await loadProject({ cwd: sample });
  await ensureImages(engine, baseImages(loaded));
  Object.assign(process.env, engine.env);
  const folder = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  for (const name of Object.keys(loaded.blueprint("production").secrets))
    writeFileSync(join(folder, name), `bench-${name}-0123456789`);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...engine.env,
    SECRETS_DIR: folder,
    EDGE_PORT: await freePort(),
    GANTRY_ENV: "production",
    ...Object.fromEntries(
      Object.keys(loaded.blueprint("production").secrets).map((name) => [name, `bench-${name}-0123456789`]),
    ),
  };
  const call = async (program: string, words: readonly string[]): Promise<string> =>
    (await run(program, [...words], { cwd: sample, env, maxBuffer: 64 * 1024 ** 2 })).stdout;
  const compose = (file: string, ...words: readonly string[]): Promise<string> =>
    call("docker", [
      "compose",
      "--project-name",
      project,
      "--project-directory",
      join(sample, "deploy"),
      "--file",
      file,
      ...words,
    ]);
  const rendered = join(sample, "deploy/compose.production.yaml");
  // In a folder that nobody commits: a run that is killed leaves it behind.
  const slow = join(sample, ".gantry/bench-startup.yaml");
  const down = (): Promise<string> => compose(rendered, "down", "--volumes", "--timeout", "2");
  try {
    await call(process.execPath, [gantry, "build"]);
    writeFileSync(slow, withHealthOf(loaded.files().get("deploy/compose.production.yaml") ?? ""));
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      "gantry up": () => call(process.execPath, [gantry, "up", "--no-build"]),
      "docker compose up, Gantry's file": () => compose(rendered, "up", "--detach", "--wait"),
      ...(quick
        ? {}
        : { "docker compose up, health by hand": () => compose(slow, "up", "--detach", "--wait") }),
    };
    const times: Record<string, number[]> = {};
    const floors: Chain[] = [];
    const { services } = parse(loaded.files().get("deploy/compose.production.yaml") ?? "", {
      merge: true,
    }) as { readonly services: Record<string, ServiceText> };
    await down();
    for (let round = 0; round < rounds; round++) {
      for (const [name, up] of Object.entries(ways)) {
        const begun = performance.now();
        await up();
        times[name] = [...(times[name] ?? []), performance.now() - begun];
        await down();
      }
      await compose(rendered, "up", "--no-start");
      const chain = await longestChain(services);
      process.stderr.write(
        `round ${round + 1}: ${chain.links.map(({ service, ms }) => `${service} ${seconds(ms)}`).join(", ")}\n`,
      );
      floors.push(chain);
      await down();
    }
    const floor = median(floors.map(({ ms }) => ms));
    const chains = new Set(floors.map(({ links }) => links.map(({ service }) => service).join(", ")));
    const of = (name: string): number => median(times[name] ?? []);
    const rows = Object.keys(ways).map((name) => [name, seconds(of(name)), (of(name) / floor).toFixed(2)]);
    process.stdout.write(
      `${tableText([["from up to all healthy", `median of ${rounds}`, "times the floor"], ...rows, [`floor: ${[...chains].join(" or ")}`, seconds(floor), "1.00"]])}\n`,
    );
    const best = of("gantry up");
    const hand = of("docker compose up, health by hand");
    const above = `${(best / floor).toFixed(2)} times its floor`;
    process.stdout.write(
      quick
        ? `\ngantry up takes ${above}\n`
        : `\ngantry up is ${(hand / best).toFixed(1)} times as fast as the same services with the health settings of a hand-written file, and takes ${above}; the rendered file alone ${(hand / of("docker compose up, Gantry's file")).toFixed(1)} times\n`,
    );
  } finally {
    await down().catch(() => "");
    rmSync(folder, { recursive: true, force: true });
    rmSync(slow, { force: true });
  }
}

/** What is read here of a service in a Compose file. */
interface ServiceText {
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

/** The same file with health as people write it. */
function withHealthOf(text: string): string {
  const file = parse(text, { merge: true }) as {
    services: Record<string, { healthcheck?: { test: unknown } }>;
  };
  for (const [name, service] of Object.entries(file.services)) {
    if (service.healthcheck !== undefined)
      service.healthcheck = { test: service.healthcheck.test, ...(byHand[name] ?? byHand["other"]) };
  }
  return stringify(file);
}

/** What a service says in its log when it is ready; a job is ready when it has ended. */
const readyLine: Readonly<Record<string, RegExp>> = {
  db: /listening on IPv4 address/,
  queue: /Ready to accept connections/,
  cache: /Ready to accept connections/,
  api: /"listening"/,
  monitor: /"listening"/,
  worker: /"waiting for jobs"/,
  scheduler: /"keeping the schedules"/,
  edge: /ready for start up/,
  "edge-site": /ready for start up/,
};

/** A chain of services, each waiting for the one before, and what it needs at least. */
interface Chain {
  readonly links: readonly { readonly service: string; readonly ms: number }[];
  readonly ms: number;
}

/**
 * The chain that needs the longest. Every service is measured by itself: started when all that it waits for is ready,
 * while nothing else starts, until it says in its log that it is ready (a job: until it has ended). Of all chains of
 * the stack the one with the largest sum is the floor: no order of starting can be quicker. No probe is waited for; the
 * engine's own time to start a container is in it, the time to create containers and networks is not.
 */
async function longestChain(services: Readonly<Record<string, ServiceText>>): Promise<Chain> {
  await using engine = await EngineClient.connect(findEngine(systemSources()));
  const best = new Map<string, Chain>();
  const measure = async (name: string): Promise<Chain> => {
    const known = best.get(name);
    if (known !== undefined) return known;
    let before: Chain = { links: [], ms: 0 };
    for (const need of Object.keys(services[name]?.depends_on ?? {})) {
      const chain = await measure(need);
      if (chain.ms > before.ms) before = chain;
    }
    const own = await bootTime(engine, name);
    const chain = {
      links: [...before.links, { service: name, ms: own }],
      ms: before.ms + own,
    };
    best.set(name, chain);
    return chain;
  };
  for (const name of Object.keys(services)) await measure(name);
  return [...best.values()].reduce((longest, chain) => (chain.ms > longest.ms ? chain : longest));
}

async function bootTime(engine: EngineClient, service: string): Promise<number> {
  const container = await inspectContainer(engine, `${project}-${service}-1`);
  const ready = readyLine[service];
  const begun = performance.now();
  await startContainer(engine, container.Id);
  if (ready === undefined) {
    const code = await waitContainer(engine, container.Id);
    if (code !== 0) throw new Error(`${service} ended with ${code}`);
    return performance.now() - begun;
  }
  const enough = new AbortController();
  for await (const line of containerLogs(engine, container, { follow: true, signal: enough.signal }))
    if (ready.test(line.text)) {
      const ms = performance.now() - begun;
      enough.abort();
      return ms;
    }
  throw new Error(`${service} ended without having said that it is ready`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
