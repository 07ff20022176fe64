import { hostname } from "node:os";
import { join } from "node:path";
import { steadyNow } from "../base/clock.ts";
import { takeLock } from "../engine/lock.ts";
import { removeImage } from "../engine/resources.ts";
import { buildImages } from "./build.ts";
import { prepareProject } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { deliver } from "./delivery.ts";
import { exposureWarnings } from "./exposure.ts";
import { writeRendered } from "./rendered.ts";
import { operate, type Session, stateOf } from "./session.ts";
import { carryOut, converge } from "./ship/carry.ts";
import {
  bringImages,
  composeOnDisk,
  forgetOld,
  keepImages,
  newRecord,
  readCommit,
  recordFirst,
  servingRecord,
} from "./ship/generations.ts";
import { DeployBook } from "./ship/journal.ts";
import { readPresent, readTargets } from "./ship/look.ts";
import type { DeployPlan, GenerationRecord, Target } from "./ship/model.ts";
import { planDeploy } from "./ship/plan.ts";
import { deployProblems } from "./ship/problems.ts";
import type { Patience } from "./ship/ready.ts";
import { readFree, requireRoom } from "./ship/room.ts";
import type { Change } from "./ship/run.ts";
import { exposedIn, noteSecrets, secretsOfChange } from "./ship/secrets.ts";
import { type PlanLine, planLines } from "./ship/words.ts";
import { chosenServices, createAndStart, imagesOf } from "./up.ts";

export { readDuration } from "./ship/ready.ts";

/** Times to wait; milliseconds. */
export interface PatienceOptions {
  /** New containers keep well for so long before they get requests; 5 s when absent. */
  readonly soakMs?: number;
  /** Longest wait for requests in flight; as long as the gateway waits when absent. */
  readonly drainMs?: number;
  /** Old containers stay beside the new after the switch, at least; 5 s when absent. */
  readonly watchMs?: number;
}

/** What `gantry deploy` may be told. */
export interface DeployOptions extends PatienceOptions {
  /** Build images first; true when absent. */
  readonly build?: boolean;
  /** Refuse when memory may not do for old and new side by side; true when absent. */
  readonly roomCheck?: boolean;
}

/** What a deploy, a rollback or a change of scale did. */
export interface ShipResult {
  readonly project: string;
  /** `undefined` when nothing had to change. */
  readonly generation: number | undefined;
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly durationMs: number;
}

/** What `gantry deploy --plan` found. */
export interface PlanResult {
  readonly project: string;
  /** Generation that it would be. */
  readonly generation: number;
  readonly lines: readonly PlanLine[];
  readonly unchanged: readonly string[];
  /** Secrets that services get as environment, in words. */
  readonly exposed: readonly string[];
}

/** Ships the stack as it is in the sources: only what changed is replaced, and requests are served throughout. */
export async function deploy(context: OperationContext, options: DeployOptions = {}): Promise<ShipResult> {
  return shipping(context, "deploy", `deploy ${context.project.name}`, options, async (session, book, by) => {
    const { blueprint } = session;
    const { compose, secrets } = await prepareProject(session, { deliver: "later" });
    const before = await composeOnDisk(session);
    const services = chosenServices(blueprint, undefined);
    for (const problem of exposureWarnings(blueprint, services)) session.task.warn(problem);
    if (options.build !== false)
      await buildImages(session, { images: imagesOf(blueprint, services), keepAlike: true });
    else await writeRendered(session.context.project);
    const [present, targets, free, commit] = await Promise.all([
      readPresent(session),
      book.scales().then((scales) => readTargets(session, compose, scales)),
      options.roomCheck === false ? Number.POSITIVE_INFINITY : readFree(session),
      readCommit(session),
    ]);
    await recordFirst(session, book, present, before);
    const values = await secretsOfChange(session, book, secrets);
    const plan = planDeploy(targets, present, { force: values.outdated });
    if (plan.steps.length === 0) {
      await deliver(session, secrets);
      await noteSecrets(book, servingRecord(await book.history()), values);
      return { plan };
    }
    const record = await newRecord(book, { kind: "deploy", plan, targets, commit, secrets: values.marks });
    await book.keep(record.generation, (await composeOnDisk(session)) ?? "", blueprint);
    if (plan.first) {
      await book.record(record);
      await deliver(session, secrets);
      await createAndStart(session, { compose, services, restart: new Set(), keep: false });
      await book.close({ ...record, outcome: "ok", durationMs: steadyNow() - record.startedAt });
      await keepImages(session, record);
      return { plan, record };
    }
    requireRoom(blueprint, plan, free);
    await carryOrRestore(session, book, {
      plan,
      present,
      composer: { project: compose, flags: [] },
      patience: patienceOf(options),
      record,
      secrets,
      ...by,
    });
    return { plan, record };
  });
}

/** What `gantry deploy` would do. Builds, under a name of its own, because only then it is known what changed. */
export async function planOfDeploy(
  context: OperationContext,
  options: Pick<DeployOptions, "build"> = {},
): Promise<PlanResult> {
  return operate(context, { id: "plan", title: `plan ${context.project.name}` }, async (session) => {
    const { blueprint } = session;
    const book = new DeployBook(stateOf(context), blueprint.project);
    const { compose, secrets } = await prepareProject(session, { deliver: "later" });
    const images = imagesOf(blueprint, chosenServices(blueprint, undefined));
    const built = new Map<string, string>();
    if (options.build !== false) {
      const result = await buildImages(session, { images, tag: planTag, keepAlike: true });
      for (const { name, id, reference } of result.images) {
        built.set(name, id);
        await removeImage(session.engine, reference);
      }
    } else await writeRendered(context.project);
    const targets = (await readTargets(session, compose, await book.scales())).map((target): Target => {
      const image = blueprint.services[target.service]?.image;
      return image?.kind === "built" ? { ...target, image: built.get(image.image) ?? target.image } : target;
    });
    const present = await readPresent(session);
    const { outdated } = await secretsOfChange(session, book, secrets);
    const plan = planDeploy(targets, present, { force: outdated });
    const history = await book.history();
    // What runs already becomes a generation of its own, so that one can go back to it.
    const last = history.at(-1)?.generation ?? (present.some(({ running }) => running) ? 1 : 0);
    return {
      project: blueprint.project,
      generation: last + 1,
      lines: planLines(plan, history),
      unchanged: plan.unchanged,
      exposed: exposedIn(blueprint),
    };
  });
}

const planTag = "gantry-plan";

/** What the body of a change gave back. */
export interface Shipped {
  readonly plan: DeployPlan;
  /** `undefined` when nothing had to change. */
  readonly record?: GenerationRecord;
}

/** What all changes have in common: one at a time, and first whatever an earlier one left undone. */
export async function shipping(
  context: OperationContext,
  id: string,
  title: string,
  options: PatienceOptions,
  body: (
    session: Session,
    book: DeployBook,
    by: { readonly by: string; readonly host: string },
  ) => Promise<Shipped>,
): Promise<ShipResult> {
  const begun = steadyNow();
  return operate(
    context,
    { id, title: `${title} in ${context.environment}` },
    async (session) => {
      const { project } = session.blueprint;
      const book = new DeployBook(stateOf(context), project);
      await using lock = await takeLock(join(stateOf(context), `${project}.lock`), project, `gantry ${id}`, {
        signal: context.signal,
      });
      const ended = await converge(session, book, patienceOf(options));
      if (ended?.outcome === "ok") await keepImages(session, ended);
      const { plan, record } = await body(session, book, { by: lock.owner.user, host: hostname() });
      return {
        project,
        generation: record?.generation,
        changed: record === undefined ? [] : plan.steps.map(({ service }) => service),
        unchanged: plan.unchanged,
        durationMs: steadyNow() - begun,
      };
    },
    (result) =>
      result.generation === undefined
        ? { outcome: "unchanged", state: "nothing changed" }
        : { outcome: "ok", state: `generation ${result.generation} serves` },
  );
}

/** Carries a change out; when it fails, the names of images mean again what runs. */
export async function carryOrRestore(session: Session, book: DeployBook, change: Change): Promise<void> {
  const history = await book.history();
  for (const { service, away, why } of planLines(change.plan, history)) {
    if (away !== undefined)
      session.task.warn(deployProblems.away(service, aloneOf(change.plan, service) ?? why, away));
  }
  try {
    await carryOut(session, book, change);
  } catch (error) {
    const serving = servingRecord(await book.history());
    // Otherwise the next `docker compose up` would start what just failed.
    if (serving !== undefined) await bringImages(session, serving).catch(() => {});
    throw error;
  }
  await Promise.all([keepImages(session, change.record), forgetOld(session, book)]);
}

function aloneOf(plan: DeployPlan, service: string): string | undefined {
  return plan.steps.find((step) => step.service === service)?.alone;
}

/** Times to wait, as given or by default. */
export function patienceOf(options: PatienceOptions): Patience {
  return { soakMs: options.soakMs ?? 5000, drainMs: options.drainMs, watchMs: options.watchMs ?? 5000 };
}
