// `npm test`: checks, unit tests, golden files, live tests. `npm test -- unit golden` runs only these.
import { globSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { ensureEngine } from "../testbed/engine.ts";
import { ensureImages } from "../testbed/images.ts";
import { runChecks } from "./check.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Groups of tests by folder. Live ones need an engine and run one after the other: they share the machine. */
const groups: Readonly<Record<string, readonly string[]>> = {
  unit: [
    "packages/*/test/**/*.test.ts",
    "testbed/unit/**/*.test.ts",
    "bench/**/*.test.ts",
    "scripts/**/*.test.ts",
  ],
  golden: ["packages/*/test/golden/**/*.test.ts"],
  live: ["packages/*/test/live/**/*.test.ts", "testbed/live/**/*.test.ts", "samples/*/live/**/*.test.ts"],
};
const apart = /\/test\/(golden|live)\//;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Files of a group, sorted. */
function filesOf(group: string): readonly string[] {
  const files = globSync([...(groups[group] ?? [])], { cwd: root, exclude: ["**/node_modules/**"] }).sort();
  return group === "unit" ? files.filter((file) => !apart.test(`/${file}`)) : files;
}

async function runGroup(group: string): Promise<Counts> {
  const files = filesOf(group);
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({
    files: files.map((file) => `${root}${file}`),
    cwd: root,
    concurrency: group === "live" ? 1 : true,
    // A file that hangs must not hold CI until it is ended without a word.
    timeout: 15 * 60_000,
  });
  stream.on("test:summary", (summary) => {
    // Without a file it is the summary of the whole run.
    if (summary.file !== undefined) return;
    // Node counts failures too; its types do not say so.
    const seen = summary.counts as typeof summary.counts & { failed: number };
    counts.passed = seen.passed;
    counts.failed = seen.failed + seen.cancelled;
    counts.skipped = seen.skipped + seen.todo;
  });
  stream.compose(new spec()).pipe(process.stdout, { end: false });
  await new Promise((done) => stream.on("end", done));
  // A group in which nothing ran is a mistake in a pattern, not a success.
  if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
  return counts;
}

/** Makes an engine and base images ready; why that cannot be had, otherwise. */
async function prepareEngine(): Promise<string | undefined> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const engine = await ensureEngine({ progress: say });
    Object.assign(process.env, engine.env);
    for (const [name, value] of Object.entries(engine.env)) if (value === "") delete process.env[name];
    await ensureImages(engine, baseline, { progress: say });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What nearly every live test needs; the others ask for theirs themselves. */
const baseline = [
  "debian:trixie-slim",
  "node:24-trixie-slim",
  "postgres:17-trixie",
  "redis:8-trixie",
  "nginx:1.28-trixie",
  "nginx:1.28-alpine-slim",
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => name !== "check" && groups[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`there is no group ${unknown.join(", ")}; there are check, unit, golden and live\n`);
  process.exit(2);
}
const chosen = wanted.length === 0 ? ["check", "unit", "golden", "live"] : wanted;
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const group of chosen) {
  const begun = performance.now();
  process.stdout.write(`\n== ${group}\n`);
  if (group === "check") {
    const { failed, passed } = runChecks();
    total.failed += failed.length;
    total.passed += passed.length;
  } else {
    const missing = group === "live" || group === "golden" ? await prepareEngine() : undefined;
    if (missing !== undefined && group === "live") {
      // A laptop may lack an engine; CI must have one.
      process.stdout.write(`no engine: ${missing}\n`);
      if (process.env["CI"] === undefined) total.skipped += filesOf(group).length;
      else total.failed += 1;
      continue;
    }
    const counts = await runGroup(group);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  process.stdout.write(`== ${group} took ${Math.round((performance.now() - begun) / 1000)} s\n`);
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(total.failed === 0 ? 0 : 1);
