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
import { baseImages } from "../scripts/base-images.ts";
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

/** Prints the table and the headline. */
export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
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
      "docker compose up, health by hand": () => compose(slow, "up", "--detach", "--wait"),
    };
    const times: Record<string, number[]> = {};
    const floors: number[] = [];
    await down();
    for (let round = 0; round < rounds; round++) {
      for (const [name, up] of Object.entries(ways)) {
        const begun = performance.now();
        await up();
        times[name] = [...(times[name] ?? []), performance.now() - begun];
        await down();
      }
      await compose(rendered, "up", "--no-start");
      floors.push(await chainTime());
      await down();
    }
    const floor = median(floors);
    const of = (name: string): number => median(times[name] ?? []);
    const rows = Object.keys(ways).map((name) => [name, seconds(of(name)), (of(name) / floor).toFixed(2)]);
    process.stdout.write(
      `${tableText([["from up to all healthy", `median of ${rounds}`, "times the floor"], ...rows, ["floor: db, migrate, api and edge alone, one after the other", seconds(floor), "1.00"]])}\n`,
    );
    const best = of("gantry up");
    const hand = of("docker compose up, health by hand");
    process.stdout.write(
      `\ngantry up is ${(hand / best).toFixed(1)} times as fast as the same services with the health settings of a hand-written file, and ${(best / floor).toFixed(2)} times its floor; the rendered file alone ${(hand / of("docker compose up, Gantry's file")).toFixed(1)} times\n`,
    );
  } finally {
    await down().catch(() => "");
    rmSync(folder, { recursive: true, force: true });
    rmSync(slow, { force: true });
  }
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

/**
 * What the slowest chain needs by itself: each link is started as soon as the one before says in its log that it is
 * ready (or has ended, for the job), with nothing else running. No probe is waited for; the engine's own time to start a
 * container is in it, the time to create containers and networks is not.
 */
async function chainTime(): Promise<number> {
  const links: readonly (readonly [string, RegExp | undefined])[] = [
    ["db", /listening on IPv4 address/],
    ["api-migrate", undefined],
    ["api", /listening/],
    ["edge", /ready for start up/],
  ];
  await using engine = await EngineClient.connect(findEngine(systemSources()));
  const begun = performance.now();
  for (const [service, ready] of links) {
    const container = await inspectContainer(engine, `${project}-${service}-1`);
    await startContainer(engine, container.Id);
    if (ready === undefined) await waitContainer(engine, container.Id);
    else {
      const enough = new AbortController();
      for await (const line of containerLogs(engine, container, { follow: true, signal: enough.signal }))
        if (ready.test(line.text)) break;
      enough.abort();
    }
  }
  return performance.now() - begun;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
