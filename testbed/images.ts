import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { run, TestbedError } from "./engine/command.ts";
import { lock } from "./engine/lock.ts";
import type { Engine } from "./engine.ts";
import { buildStandIn, RECIPE_LABEL } from "./images/build.ts";
import { STAND_INS } from "./images/list.ts";
import { needsOf, type PresentImages, planImages, recipeHash } from "./images/plan.ts";
import type { StandIn } from "./images/stand-in.ts";

/** An image that the engine now holds. */
export interface ReadyImage {
  readonly reference: string;
  /** `stand-in`: built here; `real`: it was there before, or came from the registry just now. */
  readonly origin: "real" | "stand-in";
}

/** What {@link ensureImages} may do. */
export interface ImageOptions {
  /** Called with one line for each thing that takes time. */
  readonly progress?: (line: string) => void;
  /** Called with every line of the builders' own output. */
  readonly log?: (line: string) => void;
}

/** The first reference of every stand-in. */
export function standInNames(): readonly string[] {
  return STAND_INS.map((standIn) => standIn.references[0]);
}

/**
 * Makes sure that the engine holds these images: pulls what is missing, or, where the registry cannot be reached,
 * builds stand-ins under the same names. Throws a {@link TestbedError} when neither is possible.
 *
 * `GANTRY_TESTBED_IMAGES=stand-ins` never pulls, `=pull` never builds.
 */
export async function ensureImages(
  engine: Engine,
  references: readonly string[],
  options: ImageOptions = {},
): Promise<readonly ReadyImage[]> {
  const progress = options.progress ?? (() => undefined);
  const log = options.log ?? (() => undefined);
  const present = await presentImages(engine, references);
  const first = planImages(references, STAND_INS, present, hashOf, false);
  const missing = first.some((step) => step.kind !== "present");
  const pull = missing && (await registryAnswers(engine, progress));
  const known = missing && !pull ? await presentImages(engine, allReferences(references)) : present;
  const steps = missing ? planImages(references, STAND_INS, known, hashOf, pull) : first;
  const turns = limit(2);
  const running = new Map<string, Promise<void>>();
  for (const step of steps) {
    if (step.kind === "pull")
      running.set(
        step.reference,
        turns(() => pullImage(engine, step.reference, progress)),
      );
    if (step.kind !== "build") continue;
    const { standIn } = step;
    const bases = needsOf(standIn).map((need) => running.get(need));
    const sibling = [...running].find(([reference]) => standIn.references.includes(reference))?.[1];
    running.set(
      step.reference,
      sibling ??
        Promise.all(bases).then(() => turns(() => buildOnce(engine, standIn, step.reference, progress, log))),
    );
  }
  const failures = (await Promise.allSettled(running.values())).flatMap((outcome) =>
    outcome.status === "rejected" ? [messageOf(outcome.reason)] : [],
  );
  if (failures.length > 0) throw new TestbedError([...new Set(failures)].join("\n"));
  const built = new Set(steps.flatMap((step) => (step.kind === "build" ? [step.reference] : [])));
  return references.map((reference) => ({
    reference,
    origin: built.has(reference) || (known.get(reference) ?? "") !== "" ? "stand-in" : "real",
  }));
}

function allReferences(wanted: readonly string[]): readonly string[] {
  return [...new Set([...wanted, ...STAND_INS.flatMap((standIn) => standIn.references)])];
}

/** Asks the engine which of these it holds, and with what recipe label. */
async function presentImages(engine: Engine, references: readonly string[]): Promise<PresentImages> {
  if (references.length === 0) return new Map();
  const format = `{{json .RepoTags}} {{json .Config.Labels}}`;
  const answer = await run(["docker", "image", "inspect", "--format", format, ...references], {
    env: engine.env,
  });
  const entries = answer.stdout.split("\n").flatMap((line) => {
    const [, tags, labels] = /^(\[.*?\]|null) (.*)$/.exec(line) ?? [];
    if (tags === undefined || labels === undefined) return [];
    const label = (JSON.parse(labels) as Record<string, string> | null)?.[RECIPE_LABEL] ?? "";
    return ((JSON.parse(tags) as readonly string[] | null) ?? []).map((tag) => [tag, label] as const);
  });
  return new Map(entries);
}

/** Builds a stand-in unless another process did so while this one waited for its turn. */
async function buildOnce(
  engine: Engine,
  standIn: StandIn,
  reference: string,
  progress: (line: string) => void,
  log: (line: string) => void,
): Promise<void> {
  const hash = hashOf(standIn);
  await using _lock = await lock(path.join(engine.state, "locks", `image-${standIn.name}`));
  const now = await presentImages(engine, standIn.references);
  if (now.get(reference) === hash) return;
  // A real image under one of the other names stays what it is.
  const names = standIn.references.filter((name) => name === reference || now.get(name) !== "");
  progress(`${standIn.references[0]}: building a stand-in`);
  const start = performance.now();
  await buildStandIn(standIn, engine, hash, names, log).catch((error: unknown) => {
    throw new TestbedError(`The stand-in for ${reference} could not be built: ${messageOf(error)}`);
  });
  // What had these names before is of no use to anybody.
  await run(["docker", "image", "prune", "--force", "--filter", `label=${RECIPE_LABEL}`], {
    env: engine.env,
  });
  progress(`${standIn.references[0]}: built in ${Math.round((performance.now() - start) / 1000)} s`);
}

async function pullImage(engine: Engine, reference: string, progress: (line: string) => void): Promise<void> {
  progress(`${reference}: pulling`);
  const result = await run(["docker", "pull", "--quiet", reference], { env: engine.env });
  if (result.code === 0) return;
  throw new TestbedError(
    `${reference} could not be pulled, and the testbed has no stand-in to take its place: ${result.stderr.trim().split("\n").at(-1) ?? ""}`,
  );
}

/** Whether the engine can get images from the public registry; a "no" is remembered for an hour. */
async function registryAnswers(engine: Engine, progress: (line: string) => void): Promise<boolean> {
  const choice = process.env["GANTRY_TESTBED_IMAGES"];
  if (choice === "stand-ins") return false;
  if (choice === "pull") return true;
  const memory = path.join(engine.state, "images", "registry-out-of-reach");
  const since = Number(await readFile(memory, "utf8").catch(() => "0"));
  if (Date.now() - since < 3_600_000) return false;
  const probe = await run(["docker", "pull", "--quiet", "hello-world:latest"], {
    env: engine.env,
    timeout: 15_000,
  });
  if (probe.code === 0) {
    await run(["docker", "rmi", "hello-world:latest"], { env: engine.env });
    return true;
  }
  progress("the public image registry is out of reach: building stand-ins");
  await mkdir(path.dirname(memory), { recursive: true });
  await writeFile(memory, `${Date.now()}\n`);
  return false;
}

function hashOf(standIn: StandIn): string {
  return recipeHash(standIn, STAND_INS, filesOf);
}

function filesOf(folder: string): readonly (readonly [string, string])[] {
  const root = path.join(import.meta.dirname, "images", "files", folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [path.relative(root, file), readFileSync(file, "utf8")]);
}

/** Runs at most `count` tasks at a time, in the order in which they were given. */
function limit(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
