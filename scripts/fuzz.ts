// Feeds broken files to the readers and rules of `gantry check`: nothing may crash, hang, lose text or take a second.
// node scripts/fuzz.ts [--inputs 200000] [--seconds 1200] [--seed 1] [--workers 2] [--only INDEX]
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { hostileInputs } from "../packages/gantry/test/read/support/hostile.ts";
import { corpus, inputOf } from "../packages/gantry/test/read/support/inputs.ts";
import { assertLaws } from "../packages/gantry/test/read/support/laws.ts";

interface Job {
  readonly seed: number;
  readonly inputs: number;
  readonly workers: number;
  readonly worker: number;
  readonly until: number;
  /** Index that each worker is at. */
  readonly progress: SharedArrayBuffer;
}

interface Failure {
  readonly index: number;
  readonly name: string;
  readonly message: string;
}

interface Outcome {
  readonly done: number;
  readonly slowestMs: number;
  readonly slowest: number;
  readonly characters: number;
  readonly failures: readonly Failure[];
}

/** Longest that one file may take, of processor time: other work on the machine is no fault of the file's. */
const mostMs = 1000;
/** A worker that stands still while it computes this long hangs. */
const hangMs = 20_000;
/** Characters of the files that are made to do harm. */
const hostileSize = 100_000;
/** All rules see one input in so many; the readers see every one. */
const rulesEvery = 2;

/** Milliseconds that this thread has computed. */
function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds that all threads have computed. */
function computedByAll(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function runOne(seed: number, index: number): Promise<void> {
  const { rules } = await import("../packages/gantry/src/check/rules/index.ts");
  const { name, text } = inputOf(seed, index, corpus());
  process.stdout.write(`${name}\n${JSON.stringify(text)}\n`);
  const begun = computed();
  assertLaws(name, text, rules);
  process.stdout.write(`well, in ${(computed() - begun).toFixed(1)} ms\n`);
}

async function work(job: Job): Promise<Outcome> {
  const { rules } = await import("../packages/gantry/src/check/rules/index.ts");
  const files = corpus();
  const progress = new Int32Array(job.progress);
  const failures: Failure[] = [];
  let done = 0;
  let slowestMs = 0;
  let slowest = -1;
  let characters = 0;
  for (const { what, name, text } of job.worker === 0 ? hostileInputs(hostileSize) : []) {
    const begun = computed();
    try {
      assertLaws(name, text, rules);
    } catch (error) {
      failures.push({
        index: -1,
        name: `${what} in ${name}`,
        message: error instanceof Error ? error.message : String(error),
      });
    }
    const took = computed() - begun;
    if (took > mostMs)
      failures.push({ index: -1, name: `${what} in ${name}`, message: `took ${Math.round(took)} ms` });
    done++;
  }
  for (let index = job.worker; index < job.inputs && Date.now() < job.until; index += job.workers) {
    Atomics.store(progress, job.worker, index);
    const { name, text } = inputOf(job.seed, index, files);
    const begun = computed();
    try {
      assertLaws(name, text, index % rulesEvery === 0 ? rules : []);
    } catch (error) {
      failures.push({ index, name, message: error instanceof Error ? error.message : String(error) });
    }
    const took = computed() - begun;
    if (took > mostMs) failures.push({ index, name, message: `took ${Math.round(took)} ms` });
    if (took > slowestMs) {
      slowestMs = took;
      slowest = index;
    }
    done++;
    characters += text.length;
    if (failures.length >= 20) break;
  }
  return { done, slowestMs, slowest, characters, failures };
}

/** Runs one worker; ends it, and says where, when it stands still. */
function watch(job: Job): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  const progress = new Int32Array(job.progress);
  let last = -1;
  let since = computedByAll();
  const timer = setInterval(() => {
    const now = Atomics.load(progress, job.worker);
    if (now !== last) {
      last = now;
      since = computedByAll();
    } else if (computedByAll() - since > hangMs * job.workers) {
      const failure: Failure = { index: now, name: "", message: `hangs: no end after ${hangMs} ms` };
      void worker.terminate();
      resolve({ done: 0, slowestMs: hangMs, slowest: now, characters: 0, failures: [failure] });
    }
  }, 500);
  worker.once("message", resolve);
  worker.once("error", reject);
  return promise.finally(() => {
    clearInterval(timer);
    void worker.terminate();
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string", default: "200000" },
      seconds: { type: "string", default: "1200" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: "2" },
      only: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  if (values.only !== undefined) return runOne(seed, Number(values.only));
  const begun = Date.now();
  const workers = Number(values.workers);
  const progress = new SharedArrayBuffer(4 * workers);
  const common = {
    seed,
    workers,
    progress,
    inputs: Number(values.inputs),
    until: begun + Number(values.seconds) * 1000,
  };
  const jobs = Array.from({ length: workers }, (_, worker): Job => ({ ...common, worker }));
  const outcomes = await Promise.all(jobs.map(watch));
  const done = outcomes.reduce((sum, one) => sum + one.done, 0);
  const characters = outcomes.reduce((sum, one) => sum + one.characters, 0);
  const slowest = outcomes.toSorted((a, b) => b.slowestMs - a.slowestMs)[0];
  const seconds = (Date.now() - begun) / 1000;
  process.stdout.write(
    `${done} inputs, ${(characters / 1e6).toFixed(1)} million characters, ${seconds.toFixed(0)} s; ` +
      `slowest ${slowest?.slowestMs.toFixed(0)} ms (input ${slowest?.slowest})\n`,
  );
  const failures = outcomes.flatMap((one) => one.failures).toSorted((a, b) => a.index - b.index);
  for (const { index, name, message } of failures) {
    process.stdout.write(`input ${index} (${name}): ${message.split("\n")[0]}\n`);
    if (index >= 0) process.stdout.write(`  again: node scripts/fuzz.ts --seed ${seed} --only ${index}\n`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

if (isMainThread) await main();
else parentPort?.postMessage(await work(workerData as Job));
