import { join } from "node:path";
import { steadyNow } from "../base/clock.ts";
import { GantryError } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { problems } from "../engine/catalogue.ts";
import { type ComposeProject, type MakingSettings, makeContainers } from "../engine/compose.ts";
import { readModel } from "../engine/compose-model.ts";
import { stopContainer } from "../engine/containers.ts";
import { writeAtomic } from "../engine/files.ts";
import { takeLock } from "../engine/lock.ts";
import { asProblem, translate } from "../engine/translate.ts";
import { buildImages } from "./build.ts";
import { type ProjectRemains, removeAll, serviceOf, surveyProject } from "./cleanup.ts";
import { dependenciesOf, prepareProject, readersOf, requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { debugOverride } from "./debug.ts";
import { exposureWarnings } from "./exposure.ts";
import { type KernelReading, kernelOf, kernelProblems } from "./kernel.ts";
import { longestFirst, withNeeded } from "./lifecycle.ts";
import { portsOfModel, takenPorts } from "./port-check.ts";
import { pullMissing, requireBuilt } from "./pull.ts";
import { writeRendered } from "./rendered.ts";
import { operate, type Session, stateOf } from "./session.ts";
import { DeployBook } from "./ship/journal.ts";
import { deployProblems } from "./ship/problems.ts";
import { type StartResult, startMembers } from "./start.ts";
import { readStatuses, type ServiceStatus } from "./status.ts";

/** What `gantry up` may be told. */
export interface UpOptions {
  /** Services to start, with all that they need; every one when absent. */
  readonly services?: readonly string[];
  /** Build images first; true when absent. */
  readonly build?: boolean;
  /** Service whose processes start under a debugger (dev only). */
  readonly debug?: string;
  /** When a service fails, leave what this run started, to look at it. */
  readonly keep?: boolean;
}

/** What `gantry up` did. */
export interface UpResult {
  readonly project: string;
  /** Every service that belongs to this run, in order of name and replica. */
  readonly services: readonly ServiceStatus[];
  /** Everything already ran as it should; nothing was touched. */
  readonly unchanged: boolean;
  readonly durationMs: number;
}

/**
 * Brings the environment up and ends when every service is healthy and every job succeeded.
 * A service that dies, a job that fails or a check that turns unhealthy ends it at once with exit `unhealthy`.
 * On failure or abort what this run made is removed again; what ran before still runs.
 */
export async function up(context: OperationContext, options: UpOptions = {}): Promise<UpResult> {
  return operate(
    context,
    { id: "up", title: `up ${context.project.name} in ${context.environment}` },
    (session) => bringUp(session, options),
    (result) => ({
      outcome: result.unchanged ? "unchanged" : "ok",
      state: result.unchanged ? "already up" : "up",
    }),
  );
}

/** The same inside another operation. */
export async function bringUp(session: Session, options: UpOptions): Promise<UpResult> {
  const begun = steadyNow();
  const { blueprint, context } = session;
  requireServices(blueprint, [
    ...(options.services ?? []),
    ...(options.debug === undefined ? [] : [options.debug]),
  ]);
  const override = options.debug === undefined ? undefined : debugOverride(blueprint, options.debug);
  await using _lock = await takeLock(
    join(stateOf(context), `${blueprint.project}.lock`),
    blueprint.project,
    "gantry up",
    { signal: context.signal },
  );
  await refuseBesideDeploy(session);
  const services = chosenServices(blueprint, options.services);
  for (const problem of exposureWarnings(blueprint, services)) session.task.warn(problem);
  // First what can be missing, then what takes time.
  const { compose, changedSecrets } = await prepareProject(
    session,
    override === undefined ? {} : { override },
  );
  const images = imagesOf(blueprint, services);
  if (options.build !== false) await buildImages(session, { images, keepAlike: true });
  else {
    await writeRendered(context.project);
    await requireBuilt(session, images);
  }
  const { unchanged } = await createAndStart(session, {
    compose,
    services,
    restart: usersOf(session, changedSecrets),
    keep: options.keep ?? false,
  });
  return {
    project: blueprint.project,
    services: await readStatuses(session.engine, blueprint, {
      services,
      stats: false,
      signal: session.signal,
    }),
    unchanged,
    durationMs: steadyNow() - begun,
  };
}

/** A deploy that was cut off has old and new containers side by side; only a deploy knows which of them serve. */
async function refuseBesideDeploy({ engine, blueprint, context, signal }: Session): Promise<void> {
  const journal = await new DeployBook(stateOf(context), blueprint.project).unfinished();
  if (journal === undefined) return;
  const { containers } = await surveyProject(engine, blueprint.project, signal);
  if (containers.length > 0)
    throw new GantryError(deployProblems.cutOff(journal.kind, journal.generation, blueprint.environment));
}

/** What to create and start. */
export interface CreateRequest {
  readonly compose: ComposeProject;
  readonly services: ReadonlySet<string>;
  /** Services to create, but not to start. */
  readonly alsoCreate?: readonly string[];
  /** Services to restart although they run. */
  readonly restart: ReadonlySet<string>;
  /** Leave what was begun when it fails; an abort takes it back nevertheless. */
  readonly keep: boolean;
}

/** Lets Compose make what differs, starts it in order, and takes everything back when that fails. */
export async function createAndStart(session: Session, request: CreateRequest): Promise<StartResult> {
  const { engine, blueprint, signal } = session;
  const before = await surveyProject(engine, blueprint.project, signal);
  const started = new Set<string>();
  const kernel: Promise<readonly KernelReading[]>[] = [];
  const services = [...request.services, ...(request.alsoCreate ?? [])];
  const fromNothing = before.containers.length === 0;
  try {
    await pullMissing(session, request.services);
    session.task.progress("creating");
    const result = await startMembers(session, {
      services: request.services,
      present: new Set(before.containers.map(({ Id }) => Id)),
      restart: request.restart,
      onStart: (id) => started.add(id),
      // While the others still start.
      onWell: ({ service, id }) => kernel.push(kernelOf(session, service, id)),
      make: {
        fromNothing,
        run: async (onMade, until, idle) => {
          const all = { engine, signal: until, onMade };
          // The engine starts a container more slowly while it makes networks, and those of the others have time.
          if (fromNothing && (await makeFirst(session, request.compose, services, all)) > 0) await idle;
          signal.throwIfAborted();
          await makeContainers(request.compose, services, all);
        },
      },
    });
    for (const problem of kernelProblems((await Promise.all(kernel)).flat())) session.task.warn(problem);
    return result;
  } catch (error) {
    if (!request.keep || signal.aborted)
      // What went wrong first is what people must know; that cleaning up failed too is a warning beside it.
      await takeBack(session, before, started).catch(async (second: unknown) =>
        session.task.warn(asProblem(await translate(second, { engine }))),
      );
    throw error;
  }
}

/**
 * Makes those that the longest chain begins with, before the others and their networks: of these the engine makes one
 * after the other, and a database could long have been starting. Ports are tried meanwhile, before anything starts.
 * Says how many it made.
 */
async function makeFirst(
  session: Session,
  compose: ComposeProject,
  services: readonly string[],
  making: MakingSettings,
): Promise<number> {
  const { engine, blueprint, context, signal } = session;
  const first = longestFirst(services.flatMap((name) => blueprint.services[name] ?? []));
  const others = Object.keys(blueprint.services).filter((name) => !first.includes(name));
  // Compose before 2.29 makes the networks of all services whose profile is in use, whichever it was asked for.
  const later = join(stateOf(context), "run", `${blueprint.project}-first.yaml`);
  await writeAtomic(
    later,
    JSON.stringify({ services: Object.fromEntries(others.map((name) => [name, { profiles: ["later"] }])) }),
  );
  const made: string[] = [];
  const [ports] = await Promise.allSettled([
    readModel(compose, services, { engine, signal }).then((model) => takenPorts(engine, portsOfModel(model))),
    // Whatever is wrong with it is wrong with all of them too, and said when they are made.
    makeContainers({ ...compose, files: [...compose.files, later] }, first, {
      ...making,
      onMade: (name) => made.push(name),
    }),
  ]);
  if (ports.status === "rejected") throw ports.reason;
  if (ports.value.length > 0) throw new GantryError(ports.value, { exit: "unhealthy" });
  for (const name of made) making.onMade(name);
  return made.length;
}

/** All services without the tests; or the named ones with what they need. */
export function chosenServices(
  blueprint: Blueprint,
  wanted: readonly string[] | undefined,
): ReadonlySet<string> {
  const all = Object.values(blueprint.services)
    .filter(({ role }) => role !== "test")
    .map(({ name }) => name);
  return wanted === undefined || wanted.length === 0 ? new Set(all) : withNeeded(blueprint.services, wanted);
}

/** Images that these services run, and those that they are built on are found by Bake itself. */
export function imagesOf(blueprint: Blueprint, services: ReadonlySet<string>): readonly string[] {
  const names = new Set<string>();
  for (const { name, image } of Object.values(blueprint.services))
    if (services.has(name) && image.kind === "built") names.add(image.image);
  return [...names];
}

function usersOf(session: Session, secrets: readonly string[]): ReadonlySet<string> {
  const services = readersOf(session.blueprint, secrets);
  if (services.size > 0) session.task.warn(problems.secretChanged(secrets, [...services]));
  return services;
}

/**
 * Leaves the engine as it was before this run. A container that took the place of an older one cannot be given back:
 * it stays when it runs, because a stack without that service would be worse.
 */
async function takeBack(
  session: Session,
  before: ProjectRemains,
  started: ReadonlySet<string>,
): Promise<void> {
  const { engine, blueprint } = session;
  session.task.progress("taking back what this run began");
  const now = await surveyProject(engine, blueprint.project);
  const oldIds = new Set(before.containers.map(({ Id }) => Id));
  const oldServices = new Set(before.containers.map(serviceOf));
  const made = now.containers.filter(
    (container) =>
      !oldIds.has(container.Id) && (!oldServices.has(serviceOf(container)) || container.State !== "running"),
  );
  const woken = before.containers.filter(({ Id, State }) => State !== "running" && started.has(Id));
  await Promise.all(woken.map(({ Id }) => stopContainer(engine, Id)));
  // Data that goes with them needs no orderly end; data that stays does.
  const allNew = before.volumes.length === 0;
  const { stuck } = await removeAll(
    engine,
    {
      containers: made,
      networks: new Map([...now.networks].filter(([id]) => !before.networks.has(id))),
      volumes: now.volumes.filter((name) => !before.volumes.includes(name)),
    },
    { dependencies: dependenciesOf(blueprint), ...(allNew ? { graceSeconds: 0 } : {}) },
  );
  if (stuck.length > 0) session.task.warn(problems.notRemoved(stuck));
}
