import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { sourceState } from "../engine/git.ts";
import { takeLock } from "../engine/lock.ts";
import { buildImages } from "./build.ts";
import { prepareProject } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { DeployBook } from "./deploy/journal.ts";
import { readPresent, readTargets } from "./deploy/look.ts";
import type { DeployPlan, GenerationRecord, Target } from "./deploy/model.ts";
import { planDeploy } from "./deploy/plan.ts";
import type { Patience } from "./deploy/ready.ts";
import { carryOut, converge } from "./deploy/run.ts";
import { composeFile, writeRendered } from "./rendered.ts";
import { operate, type Session, stateOf } from "./session.ts";
import { chosenServices, createAndStart, imagesOf } from "./up.ts";

/** What `gantry deploy` may be told. */
export interface DeployOptions {
  /** Build images first; true when absent. */
  readonly build?: boolean;
  readonly soakMs?: number;
  readonly drainMs?: number;
  readonly watchMs?: number;
}

/** What `gantry deploy` did. */
export interface DeployResult {
  readonly project: string;
  /** `undefined` when nothing had to change. */
  readonly generation: number | undefined;
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly durationMs: number;
}

/** Ships the stack as it is in the sources: only what changed is replaced, and requests are served throughout. */
export async function deploy(context: OperationContext, options: DeployOptions = {}): Promise<DeployResult> {
  return operate(
    context,
    { id: "deploy", title: `deploy ${context.project.name} in ${context.environment}` },
    (session) => ship(session, options),
    (result) =>
      result.generation === undefined
        ? { outcome: "unchanged", state: "nothing changed" }
        : { outcome: "ok", state: `generation ${result.generation} serves` },
  );
}

async function ship(session: Session, options: DeployOptions): Promise<DeployResult> {
  const begun = Date.now();
  const { blueprint, context } = session;
  const state = stateOf(context);
  const book = new DeployBook(state, blueprint.project);
  await using lock = await takeLock(
    join(state, `${blueprint.project}.lock`),
    blueprint.project,
    "gantry deploy",
  );
  const patience = patienceOf(options);
  await converge(session, book, patience);
  const { compose, changedSecrets } = await prepareProject(session);
  const services = chosenServices(blueprint, undefined);
  if (options.build !== false) await buildImages(session, { images: imagesOf(blueprint, services) });
  else await writeRendered(context.project);
  const targets = await readTargets(session, compose, await book.scales());
  const force = new Set(
    Object.values(blueprint.services)
      .filter((service) => service.secrets.some((use) => changedSecrets.includes(use.secret)))
      .map(({ name }) => name),
  );
  const plan = planDeploy(targets, await readPresent(session), { force });
  const result = (generation: number | undefined): DeployResult => ({
    project: blueprint.project,
    generation,
    changed: plan.steps.map(({ service }) => service),
    unchanged: plan.unchanged,
    durationMs: Date.now() - begun,
  });
  if (plan.steps.length === 0) return result(undefined);
  const record = await newRecord(session, book, plan, targets);
  await book.keepCompose(record.generation, await readFile(composeFile(context.project, blueprint), "utf8"));
  if (plan.first) {
    await createAndStart(session, { compose, services, restart: new Set(), keep: false });
    await book.close({ ...record, outcome: "ok", durationMs: Date.now() - begun });
  } else {
    const by = { by: lock.owner.user, host: hostname() };
    await carryOut(session, book, {
      plan,
      composer: { project: compose, flags: [] },
      patience,
      record,
      ...by,
    });
  }
  return result(record.generation);
}

/** Times to wait, as given or by default. */
export function patienceOf(options: Pick<DeployOptions, "soakMs" | "drainMs" | "watchMs">): Patience {
  return {
    soakMs: options.soakMs ?? 5000,
    drainMs: options.drainMs,
    watchMs: options.watchMs ?? 5000,
  };
}

async function newRecord(
  session: Session,
  book: DeployBook,
  plan: DeployPlan,
  targets: readonly Target[],
): Promise<GenerationRecord> {
  const last = (await book.history()).at(-1)?.generation ?? 0;
  const source = await sourceState(session.context.project.root, session.signal);
  return {
    format: 1,
    generation: last + 1,
    kind: "deploy",
    content: last + 1,
    outcome: "running",
    startedAt: Date.now(),
    durationMs: 0,
    by: userInfo().username,
    ...(source === undefined ? {} : { commit: source.revision, version: source.version }),
    changed: plan.steps.map(({ service }) => service),
    services: Object.fromEntries(
      targets
        .filter(({ role }) => role !== "job")
        .map(({ service, image, reference, configHash, replicas }) => [
          service,
          { image: image ?? "", reference, configHash, replicas },
        ]),
    ),
  };
}

export { readDuration } from "./deploy/ready.ts";
