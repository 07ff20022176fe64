import { setTimeout as sleep } from "node:timers/promises";
import { GantryError } from "../../base/errors.ts";
import { parseDuration } from "../../base/units.ts";
import type { ServiceBlueprint } from "../../blueprint/model.ts";
import type { ContainerInspect } from "../../engine/api-types.ts";
import { findContainer, lastLines } from "../../engine/containers.ts";
import { pastEvents } from "../../engine/deploying.ts";
import { type Death, explainMember } from "../evidence.ts";
import type { Failure, Member } from "../lifecycle.ts";
import type { Session } from "../session.ts";
import { addressesOf, type Gateway, readinessPath, sharedAddress } from "./gateway.ts";
import type { Named } from "./model.ts";
import type { Prober } from "./prober.ts";
import { deployProblems } from "./problems.ts";

/** Time between two looks at what gets ready. */
const lookMs = 250;

/** Time between two looks at what is ready: each costs the machine time that requests need. */
const watchMs = 500;

/** Good answers in a row that make a container ready. */
const inARow = 2;

/** Least time that a service gets to become ready. */
const leastPatienceMs = 10_000;

/** Durations that people may choose; milliseconds. */
export interface Patience {
  /** New containers must keep well for so long before they get requests. */
  readonly soakMs: number;
  /** Longest wait for requests in flight. */
  readonly drainMs: number | undefined;
  /** New containers are watched for at least so long, with the old ones still there. */
  readonly watchMs: number;
}

/** Waits until a container is ready: the engine calls it well, and every gateway that leads to it gets good answers. */
export async function waitReady(
  session: Session,
  fresh: Named,
  gateways: readonly Gateway[],
  prober: Prober,
  onState: (state: string) => void,
): Promise<void> {
  const service = session.blueprint.services[fresh.service] as ServiceBlueprint;
  const patience = patienceOf(service);
  const begun = performance.now();
  let good = 0;
  let last = "nothing yet";
  for (;;) {
    const container = await requireAlive(session, fresh);
    const health = container.State.Health?.Status ?? "none";
    const well = container.State.Running && (health === "healthy" || health === "none");
    const answer = well
      ? await askAll(session, fresh, container, gateways, prober)
      : { good: false, text: `its health check says ${health}` };
    last = answer.text;
    good = answer.good ? good + 1 : 0;
    if (good >= inARow) return;
    onState(well ? "asking from the gateway" : "starting");
    if (performance.now() - begun > patience) {
      const evidence = await lastLines(session.engine, fresh.id, 20, session.signal);
      throw new GantryError(
        deployProblems.notReady(fresh.service, Math.round(patience / 1000), last, evidence),
        { exit: "unhealthy" },
      );
    }
    await sleep(lookMs, undefined, { signal: session.signal });
  }
}

/** Looks at containers for a while; the first that dies, restarts, turns unhealthy or stops answering ends it. */
export async function keepWell(
  session: Session,
  fresh: readonly Named[],
  gateways: readonly Gateway[],
  prober: Prober,
  /** Milliseconds that are left; without end until `wake` is settled. */
  left: () => number,
  wake: Promise<unknown>,
): Promise<void> {
  const misses = new Map<string, number>();
  for (let rest = left(); rest > 0; rest = left()) {
    const pause = sleep(Math.min(watchMs, rest), undefined, { signal: session.signal });
    await (rest === Number.POSITIVE_INFINITY ? Promise.race([pause, wake]) : pause);
    if (rest === Number.POSITIVE_INFINITY && left() <= 0) return;
    await Promise.all(
      fresh.map(async (one) => {
        const container = await requireAlive(session, one);
        const answer = await askAll(session, one, container, gateways, prober);
        const missed = answer.good ? 0 : (misses.get(one.id) ?? 0) + 1;
        misses.set(one.id, missed);
        // One slow answer on a busy machine is none; three in a row are.
        if (missed >= 3) {
          const evidence = await lastLines(session.engine, one.id, 20, session.signal);
          throw new GantryError(deployProblems.notSteady(one.service, answer.text, evidence), {
            exit: "unhealthy",
          });
        }
      }),
    );
  }
}

/** The container, unless it died, was restarted or is unhealthy: then why, with its log. */
async function requireAlive(session: Session, fresh: Named): Promise<ContainerInspect> {
  const { engine, signal } = session;
  const container = await findContainer(engine, fresh.id, signal);
  const failure = failureOf(container);
  if (failure === undefined) return container as ContainerInspect;
  const member: Member = {
    id: fresh.id,
    service: fresh.service,
    replica: 1,
    begun: true,
    fresh: true,
    container,
  };
  const problem = await explainMember(engine, member, failure, {
    job: false,
    refusal: undefined,
    death: container === undefined ? undefined : await firstDeath(session, container),
    signal,
  });
  throw new GantryError(problem, { exit: "unhealthy" });
}

/** How it ended the first time; the engine starts it again at once, and its own record forgets. */
async function firstDeath(session: Session, container: ContainerInspect): Promise<Death | undefined> {
  const { engine, signal } = session;
  let death: Death | undefined;
  let oom = false;
  const { StartedAt, FinishedAt } = container.State;
  // By the engine's clock, which may be another one than ours.
  const window = {
    since: Date.parse(container.Created) / 1000 - 1,
    until: Math.max(Date.parse(StartedAt), Date.parse(FinishedAt)) / 1000 + 1,
  };
  for await (const event of pastEvents(
    engine,
    { container: [container.Id], event: ["die", "oom"] },
    window,
    signal,
  )) {
    if (event.Action === "oom") oom = true;
    else death ??= { exitCode: Number(event.Actor.Attributes["exitCode"] ?? -1), oom };
  }
  return death;
}

function failureOf(container: ContainerInspect | undefined): Failure | undefined {
  if (container === undefined) return "gone";
  const { State: state, RestartCount: restarts } = container;
  if (restarts > 0 || ["exited", "dead", "restarting", "removing"].includes(state.Status)) return "exited";
  return state.Health?.Status === "unhealthy" ? "unhealthy" : undefined;
}

/** From the network that requests will come from: what answers on its own loopback address may be nobody's. */
async function askAll(
  session: Session,
  fresh: Named,
  container: ContainerInspect,
  gateways: readonly Gateway[],
  prober: Prober,
): Promise<{ readonly good: boolean; readonly text: string }> {
  const networks = addressesOf(container.NetworkSettings.Networks ?? {});
  for (const gateway of gateways) {
    for (const upstream of gateway.upstreams) {
      if (upstream.service !== fresh.service) continue;
      const address = sharedAddress(gateway, networks);
      if (address === undefined) return { good: false, text: `${gateway.service} shares no network with it` };
      const path = readinessPath(session.blueprint, upstream);
      const status = await prober.ask(gateway, `http://${address}:${upstream.port}${path ?? "/"}`);
      // Without a readiness path any answer shows that it listens.
      const good = path === undefined ? status > 0 : status >= 200 && status < 300;
      if (!good) return { good, text: status === 0 ? "nothing answers" : `status ${status}` };
    }
  }
  return { good: true, text: "ready" };
}

function patienceOf({ health }: ServiceBlueprint): number {
  return Math.max(leastPatienceMs, health.startPeriodMs + health.intervalMs * health.retries);
}

/** A span of time from the command line, in milliseconds. */
export function readDuration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const span = parseDuration(text);
  if (span === undefined) throw new GantryError(deployProblems.badDuration(option, text), { exit: "usage" });
  return span;
}
