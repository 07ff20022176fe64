import { statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { steadyNow } from "../base/clock.ts";
import { GantryError, type Problem } from "../base/errors.ts";
import type { Task } from "../base/events.ts";
import { closest } from "../base/names.ts";
import { humanBytes } from "../base/units.ts";
import { imageReference } from "../blueprint/helpers.ts";
import type { Blueprint, ImageBlueprint } from "../blueprint/model.ts";
import type { ImageInspect } from "../engine/api-types.ts";
import { type BuildStatus, type BuildStep, stepsOf } from "../engine/build-status.ts";
import { bake, type PackagePlace } from "../engine/buildx.ts";
import { problems } from "../engine/catalogue.ts";
import { tagImage } from "../engine/deploying.ts";
import { sourceState } from "../engine/git.ts";
import { findImage } from "../engine/resources.ts";
import { targetName } from "../render/bake.ts";
import type { OperationContext } from "./context.ts";
import { destinationOf } from "./destination.ts";
import { bakeFile, writeRendered } from "./rendered.ts";
import { operate, type Session } from "./session.ts";

/** What `gantry build` may be told. */
export interface BuildOptions {
  /** Images to build; all of the environment when absent. */
  readonly images?: readonly string[];
  /** Take nothing from the cache. */
  readonly noCache?: boolean;
  /** Get base images anew, even when there are some. */
  readonly pull?: boolean;
  /** Prefix such as `ghcr.io/acme`; the stack's own when absent. */
  readonly registry?: string;
  /** Tag; the stack's default when absent. */
  readonly tag?: string;
  /**
   * An image that differs from the one before in nothing but the commit and version in its labels stays that one: what
   * runs must not be replaced for it. For commands that start containers.
   */
  readonly keepAlike?: boolean;
}

/** One image that was built. */
export interface BuiltImage {
  readonly name: string;
  /** Full reference with registry and tag. */
  readonly reference: string;
  /** Id of the image in the engine, `sha256:…`. */
  readonly id: string;
  /** Unpacked size in bytes. */
  readonly sizeBytes: number;
  readonly budgetBytes: number | undefined;
  /** Steps that came from the cache, of all. */
  readonly steps: { readonly cached: number; readonly all: number };
  /** Whether the engine already had exactly this image. */
  readonly unchanged: boolean;
  readonly durationMs: number;
}

/** What `gantry build` did. */
export interface BuildResult {
  readonly images: readonly BuiltImage[];
  /** Rendered files that were written because they differed, relative to the stack's folder. */
  readonly written: readonly string[];
  readonly durationMs: number;
}

/**
 * Writes the rendered files where they differ, builds the images of the environment and holds them to their budgets.
 * A failed build rejects with exit `buildFailed`: the step, its command, its last lines.
 */
export async function build(context: OperationContext, options: BuildOptions = {}): Promise<BuildResult> {
  const title = `build ${context.project.name} for ${context.environment}`;
  return operate(context, { id: "build", title }, (session) => buildImages(session, options), buildOutcome);
}

/** The same inside another operation. */
export async function buildImages(session: Session, options: BuildOptions = {}): Promise<BuildResult> {
  const begun = steadyNow();
  const { blueprint, context } = session;
  const images = chooseImages(blueprint, options.images);
  const written = await writeRendered(context.project);
  if (images.length === 0) return { images: [], written, durationMs: steadyNow() - begun };
  const { tag, registry } = await destinationOf(session, options);
  const references = new Map(
    images.map(({ name }) => [name, imageReference(blueprint, name, tag, registry)]),
  );
  const target = (name: string): string => targetName(name, blueprint.environment);
  const before = await imagesBefore(session, references);
  const alike =
    options.keepAlike !== true
      ? undefined
      : options.tag === undefined
        ? before
        : await imagesBefore(
            session,
            new Map(images.map(({ name }) => [name, imageReference(blueprint, name, undefined, registry)])),
          );
  const tasks = new Map(
    images.map(({ name }) => [
      target(name),
      session.part("image", `image:${name}`, references.get(name) as string),
    ]),
  );
  const targets = [...tasks.keys()];
  const finished = new Map<string, Promise<Finished>>();
  const finish = (image: ImageBlueprint, status: BuildStatus): void => {
    if (finished.has(image.name)) return;
    const build = {
      reference: references.get(image.name) as string,
      before: before.get(image.name),
      alike: alike?.get(image.name),
      steps: stepsOf(status, target(image.name)),
      begun,
    };
    finished.set(image.name, finishImage(session, image, build, tasks.get(target(image.name))));
  };
  try {
    const status = await bake(
      {
        file: bakeFile(context.project, blueprint),
        folder: context.project.root,
        targets,
        nameOf: (wanted) => images.find(({ name }) => target(name) === wanted)?.name ?? wanted,
        dockerfileOf: (wanted) => images.find(({ name }) => target(name) === wanted)?.dockerfile,
        packagePlace: (wanted, name) => packagePlace(images, target, wanted, name),
        variables: await buildVariables(session, options),
        noCache: options.noCache ?? false,
        pull: options.pull ?? false,
      },
      {
        engine: session.engine,
        signal: session.signal,
        onStep: (step, current) => {
          reportStep(step, current, tasks);
          // Each image is told of when it is there, not when the slowest of them is.
          const image = images.find(({ name }) => target(name) === step.target);
          if (image !== undefined && isExport(step)) finish(image, current);
        },
      },
    );
    for (const image of images) finish(image, status);
  } catch (error) {
    await Promise.allSettled(finished.values());
    if (error instanceof GantryError) failTask(error, tasks, target);
    throw error;
  }
  const built = await Promise.all(images.map(({ name }) => finished.get(name) as Promise<Finished>));
  const tooLarge = built.flatMap(({ problem }) => problem ?? []);
  if (tooLarge.length > 0) throw new GantryError(tooLarge, { exit: "buildFailed" });
  return { images: built.map(({ image }) => image), written, durationMs: steadyNow() - begun };
}

/** How a build ended, in words. */
export function buildOutcome(result: BuildResult): { outcome: "ok" | "unchanged"; state: string } {
  const changed = result.images.filter((image) => !image.unchanged).length;
  if (changed === 0) return { outcome: "unchanged", state: "nothing changed" };
  return { outcome: "ok", state: `${changed} of ${result.images.length} changed` };
}

/** Where the stack names a package of an image, and the base image of the first stage, which decides what packages there are. */
function packagePlace(
  images: readonly ImageBlueprint[],
  target: (image: string) => string,
  wanted: string,
  name: string,
): PackagePlace {
  const plan = images.find((image) => target(image.name) === wanted)?.plan;
  const path = plan?.systemPackages?.find((entry) => entry.name.split("=")[0] === name)?.path;
  const base = plan?.stages[0]?.from;
  return { ...(path === undefined ? {} : { path }), ...(base === undefined ? {} : { base }) };
}

/** Images by name, with those that they are built on, in the blueprint's order. */
function chooseImages(
  blueprint: Blueprint,
  wanted: readonly string[] | undefined,
): readonly ImageBlueprint[] {
  const all = Object.values(blueprint.images);
  if (wanted === undefined) return all;
  const known = all.map(({ name }) => name);
  const unknown = wanted.filter((name) => blueprint.images[name] === undefined);
  if (unknown.length > 0)
    throw new GantryError(
      unknown.map((name) => {
        const meant = closest(name, known);
        const problem = problems.unknownImage(name, known);
        return meant === undefined ? problem : { ...problem, fix: `Did you mean ${meant}?` };
      }),
      { exit: "usage" },
    );
  const chosen = new Set(wanted);
  return all.filter(({ name }) => chosen.has(name));
}

/**
 * Values of the Bake file's variables. Version, revision and time go into images only for production: with them every
 * commit would make new images, and `up` in dev would restart everything after each.
 */
export async function buildVariables(
  session: Session,
  options: BuildOptions,
): Promise<Record<string, string>> {
  const { blueprint, context, signal } = session;
  const { tag, registry } = await destinationOf(session, options);
  const source =
    blueprint.environment === "production" ? await sourceState(context.project.root, signal) : undefined;
  return {
    ...(registry === undefined ? {} : { REGISTRY: registry }),
    ...(tag === undefined ? {} : { TAG: tag }),
    EXTRA_CA: extraAuthorities(process.env) ?? "",
    ...buildSecrets(blueprint),
    ...(source === undefined
      ? {}
      : {
          VERSION: source.version,
          REVISION: source.revision,
          SOURCE_DATE_EPOCH: process.env["SOURCE_DATE_EPOCH"] ?? String(source.time),
        }),
  };
}

/** Variables that steps of the build ask for by name; a service's secret of the same name is withheld otherwise. */
function buildSecrets(blueprint: Blueprint): Record<string, string> {
  const names = Object.values(blueprint.images).flatMap(({ plan }) =>
    plan.secrets.flatMap(({ from }) => (from !== undefined && "variable" in from ? [from.variable] : [])),
  );
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** File with certificate authorities that this network needs beside the public ones; the first that is named and there. */
export function extraAuthorities(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return ["GANTRY_EXTRA_CA", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"]
    .map((name) => environment[name])
    .find((file) => file !== undefined && file !== "" && isFile(file));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function imagesBefore(
  { engine, signal }: Session,
  references: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, ImageInspect>> {
  const found = await Promise.all(
    [...references].map(async ([name, reference]) => {
      const image = await findImage(engine, reference, signal);
      return image === undefined ? [] : [[name, image] as const];
    }),
  );
  return new Map(found.flat());
}

/** Labels that each commit changes. */
const perCommit: ReadonlySet<string> = new Set([
  "org.opencontainers.image.version",
  "org.opencontainers.image.revision",
]);

/** Whether two images are one but for the commit in their labels. */
export function isAlike(one: ImageInspect, other: ImageInspect): boolean {
  const content = ({ Architecture, Config, RootFS }: ImageInspect): object => ({
    Architecture,
    Config: {
      ...Config,
      Labels: Object.fromEntries(
        Object.entries(Config.Labels ?? {}).filter(([name]) => !perCommit.has(name)),
      ),
    },
    layers: RootFS?.Layers,
  });
  return (one.RootFS?.Layers ?? []).length > 0 && isDeepStrictEqual(content(one), content(other));
}

function reportStep(step: BuildStep, status: BuildStatus, tasks: ReadonlyMap<string, Task>): void {
  const task = tasks.get(step.target);
  if (task === undefined || step.internal || step.state === "waiting") return;
  const all = stepsOf(status, step.target);
  const ended = all.filter(({ state }) => state === "done" || state === "cached").length;
  if (step.state === "running") task.progress(step.title, ended / all.length);
  const line = step.output.at(-1);
  if (step.state === "running" && line !== undefined) task.log(line);
}

/** BuildKit's last step for an image: it is in the engine then, under its name. */
function isExport(step: BuildStep): boolean {
  return step.internal && step.title === "exporting to image" && step.state === "done";
}

interface Finished {
  readonly image: BuiltImage;
  /** Over its budget. */
  readonly problem: Problem | undefined;
}

async function finishImage(
  { engine, signal }: Session,
  image: ImageBlueprint,
  build: {
    readonly reference: string;
    /** What had its name before the build. */
    readonly before: ImageInspect | undefined;
    /** What may stay, if it differs in nothing that runs. */
    readonly alike: ImageInspect | undefined;
    readonly steps: readonly BuildStep[];
    readonly begun: number;
  },
  task: Task | undefined,
): Promise<Finished> {
  const { reference, steps } = build;
  const made = await findImage(engine, reference, signal);
  if (made === undefined) throw new GantryError(problems.imagesMissing([reference]), { exit: "buildFailed" });
  const stays = build.alike !== undefined && build.alike.Id !== made.Id && isAlike(build.alike, made);
  if (stays) await tagImage(engine, build.alike.Id, reference, signal);
  const found = stays ? build.alike : made;
  const built: BuiltImage = {
    name: image.name,
    reference,
    id: found.Id,
    sizeBytes: found.Size,
    budgetBytes: image.plan.image.budget,
    steps: countSteps(steps),
    unchanged: build.before?.Id === found.Id,
    durationMs: steadyNow() - build.begun,
  };
  const problem = budgetProblem(built);
  const size = humanBytes(built.sizeBytes);
  if (problem !== undefined) task?.finish("failed", `${size}, over its budget`, [problem]);
  else if (built.unchanged) task?.finish("unchanged", `unchanged, ${size}`);
  else task?.finish("ok", `built, ${size}`);
  return { image: built, problem };
}

/** A `FROM` does no work when its image is there, and BuildKit never calls it cached. */
function countSteps(steps: readonly BuildStep[]): BuiltImage["steps"] {
  const work = steps.filter(({ instruction }) => !instruction.startsWith("FROM "));
  return { cached: work.filter(({ state }) => state === "cached").length, all: work.length };
}

function budgetProblem({ reference, sizeBytes, budgetBytes }: BuiltImage): Problem | undefined {
  if (budgetBytes === undefined || sizeBytes <= budgetBytes) return undefined;
  return problems.overBudget(reference, humanBytes(sizeBytes), humanBytes(budgetBytes));
}

/** The task of the image that the problem names ends as failed; the others were only cancelled. */
function failTask(
  error: GantryError,
  tasks: ReadonlyMap<string, Task>,
  target: (image: string) => string,
): void {
  const image = /^Building (\S+) failed/.exec(error.problems[0]?.what ?? "")?.[1];
  if (image !== undefined) tasks.get(target(image))?.finish("failed", "failed", error.problems);
}
