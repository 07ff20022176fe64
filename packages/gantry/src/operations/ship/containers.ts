import { GantryError } from "../../base/errors.ts";
import { EngineFailure } from "../../engine/client.ts";
import type { ComposeProject } from "../../engine/compose.ts";
import { runCompose } from "../../engine/compose.ts";
import {
  findContainer,
  removeContainer,
  startContainer,
  stopContainer,
  waitContainer,
} from "../../engine/containers.ts";
import { translate } from "../../engine/translate.ts";
import { explainMember } from "../evidence.ts";
import type { Member } from "../lifecycle.ts";
import type { Session } from "../session.ts";
import { readPresent } from "./look.ts";
import type { DeployPlan, Named, Present } from "./model.ts";

/** Compose, with what a deploy adds to each call of it. */
export interface Composer {
  readonly project: ComposeProject;
  /** Flags between the files and the command. */
  readonly flags: readonly string[];
}

/**
 * Lets Compose create the new containers beside those that are present, as it would itself; starts none of them. Jobs
 * that run again are made anew.
 */
export async function createBeside(
  session: Session,
  composer: Composer,
  plan: DeployPlan,
  present: readonly Present[],
): Promise<readonly Named[]> {
  const { engine, blueprint, signal } = session;
  const outdated = present.filter(({ service }) => plan.jobs.includes(service));
  await Promise.all(outdated.map(({ id }) => removeContainer(engine, id, signal)));
  const before = present.filter((one) => !outdated.includes(one));
  const wanted = (service: string): number =>
    before.filter((one) => one.service === service).length +
    (plan.jobs.includes(service) ? 1 : 0) +
    (plan.steps.find((step) => step.service === service)?.create ?? 0);
  // Every service by number, so that none is made fewer. Without dependencies (`--no-deps`) Compose would hash a service
  // without its `depends_on`, and the next run would take it for outdated.
  const scales = Object.values(blueprint.services)
    .filter(({ role }) => role !== "test")
    .flatMap(({ name }) => ["--scale", `${name}=${wanted(name)}`]);
  await runCompose(
    composer.project,
    [...composer.flags, "up", "--no-start", "--no-recreate", "--no-build", "--quiet-pull", ...scales],
    { engine, signal },
  );
  const known = new Set(before.map(({ id }) => id));
  return (await readPresent(session))
    .filter(({ id, service }) => !known.has(id) && !plan.jobs.includes(service))
    .map(named);
}

/** What finds a container again. */
export function named({ id, name, service }: Present): Named {
  return { id, name, service };
}

/** Runs a one-off job to its end; a failure is explained with its last lines. */
export async function runJob(session: Session, job: string): Promise<void> {
  const { engine, signal } = session;
  const task = session.part("job", `service:${job}`, job);
  task.progress("starting");
  const container = (await readPresent(session)).find(({ service }) => service === job);
  if (container === undefined) return;
  await start(session, named(container));
  task.progress("running");
  const exitCode = await waitContainer(engine, container.id, signal);
  if (exitCode === 0) {
    task.finish("ok", "completed");
    return;
  }
  const member: Member = {
    id: container.id,
    service: job,
    replica: 1,
    begun: true,
    fresh: true,
    container: await findContainer(engine, container.id, signal),
  };
  const problem = await explainMember(engine, member, "exited", {
    job: true,
    refusal: undefined,
    death: undefined,
    signal,
  });
  task.finish("failed", `exit code ${exitCode}`, [problem]);
  throw new GantryError(problem, { exit: "unhealthy" });
}

/** Ends jobs that still run, with the time that they have for ending: what a migration has begun it takes back. */
export async function stopJobs(session: Session): Promise<void> {
  const isJob = (service: string): boolean => session.blueprint.services[service]?.role === "job";
  const running = (await readPresent(session)).filter((one) => one.running && isJob(one.service));
  await Promise.all(running.map(({ id }) => stopContainer(session.engine, id)));
}

/** Starts it; a refusal of the engine is explained as this service's. */
export async function start(session: Session, one: Named): Promise<void> {
  try {
    await startContainer(session.engine, one.id, session.signal);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    throw await translate(error, { engine: session.engine, service: one.service });
  }
}

/** Stops containers as their services want to be stopped, and removes them. */
export async function stopAndRemove(session: Session, gone: readonly Named[]): Promise<void> {
  await Promise.all(
    gone.map(async ({ id }) => {
      await stopContainer(session.engine, id);
      await removeContainer(session.engine, id);
    }),
  );
}

/** Starts them again where they do not run. */
export async function startAgain(session: Session, old: readonly Named[]): Promise<void> {
  for (const one of old) {
    const container = await findContainer(session.engine, one.id);
    if (container !== undefined && !container.State.Running) await start(session, one);
  }
}
