import { GantryError } from "../base/errors.ts";
import type { Task } from "../base/events.ts";
import type { ContainerInspect, EngineEvent } from "../engine/api-types.ts";
import { EngineFailure } from "../engine/client.ts";
import {
  composeLabels,
  findContainer,
  listContainers,
  ofProject,
  restartContainer,
  startContainer,
} from "../engine/containers.ts";
import { openEvents } from "../engine/resources.ts";
import { explainText } from "../engine/translate.ts";
import { containerName } from "./cleanup.ts";
import { waitingFor } from "./compose-run.ts";
import { complaint, type Death, explainMember } from "./evidence.ts";
import {
  allWell,
  chainHeights,
  type Expectation,
  expectationOf,
  type Failure,
  type Member,
  type Phase,
  phases,
} from "./lifecycle.ts";
import { portsOfMembers, takenPorts } from "./port-check.ts";
import type { Session } from "./session.ts";

/** Events of containers that can change what we wait for; probes run through `exec` would flood everything else. */
const watched = ["start", "die", "oom", "health_status", "destroy", "pause", "unpause", "restart"];

/** Looks again at everything this often, in case that an event was lost with a connection. */
const safetyMs = 2000;

/**
 * Compose may end what it began although all is over: the engine makes what it was asked for even when whoever asked
 * has gone, and nobody would know of it. Only one that hangs is killed.
 */
const makingMs = 20_000;

/** What starting was about. */
export interface StartResult {
  readonly members: readonly Member[];
  /** Nothing had to be started. */
  readonly unchanged: boolean;
}

/** What to start. */
export interface StartRequest {
  readonly services: ReadonlySet<string>;
  /** Ids of containers that were there before this run. */
  readonly present: ReadonlySet<string>;
  /** Services to restart although they run. */
  readonly restart: ReadonlySet<string>;
  /** Told of each container when it starts. */
  readonly onStart?: (id: string) => void;
  /** Told of each that this run started when it is well. */
  readonly onWell?: (member: Member) => void;
  readonly make: Making;
}

/** Containers that are being made while the first of them start. */
export interface Making {
  /** There was none before: nothing has to go, and ports have been tried, so a complete one may run at once. */
  readonly fromNothing: boolean;
  /**
   * Makes them all, and tells the name of each that is complete. `idle` resolves once those that were told first have been
   * started, and rejects when it is all over before.
   */
  readonly run: (onMade: (name: string) => void, signal: AbortSignal, idle: Promise<void>) => Promise<void>;
}

/**
 * Starts containers that Compose made, each at the moment when all that it waits for is well, as the engine's events
 * tell; ends when all are well. The first that fails ends it at once. New ones that wait for nothing start while the
 * others are still being made: a database's first start is the longest part of most stacks'.
 */
export async function startMembers(session: Session, request: StartRequest): Promise<StartResult> {
  const run = new StartRun(session, request);
  const ended = new AbortController();
  const signal = AbortSignal.any([session.signal, ended.signal]);
  try {
    const events = await openEvents(
      session.engine,
      { ...ofProject(session.blueprint.project), type: ["container"], event: watched },
      { signal },
    );
    void run.listen(events.body).catch(() => run.wake());
    const making = run.make(signal);
    try {
      return await run.toTheEnd();
    } finally {
      // Whoever takes back what was begun must find all of it.
      ended.abort();
      await making;
    }
  } finally {
    ended.abort();
  }
}

/** The state of one run; lives as long as it. */
class StartRun {
  readonly #session: Session;
  readonly #request: StartRequest;
  readonly #expectations: ReadonlyMap<string, Expectation>;
  readonly #members = new Map<string, Member>();
  readonly #tasks = new Map<string, Task>();
  readonly #deaths = new Map<string, Death>();
  readonly #refusals = new Map<string, unknown>();
  readonly #dirty = new Set<string>();
  /** Containers that the engine was asked to start, and has not answered. */
  readonly #calls = new Set<string>();
  readonly #heights: ReadonlyMap<string, number>;
  /** Names of containers that are complete while others are still being made. */
  readonly #appeared = new Set<string>();
  #toldOfSome = false;
  readonly #idle = Promise.withResolvers<void>();
  #made: "not yet" | "just now" | "long ago" = "not yet";
  #unmade: { readonly error: unknown } | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(session: Session, request: StartRequest) {
    this.#session = session;
    this.#request = request;
    this.#heights = chainHeights(Object.values(session.blueprint.services));
    this.#expectations = new Map(
      Object.values(session.blueprint.services).map((service) => [service.name, expectationOf(service)]),
    );
  }

  /** Has the containers made; never rejects: the loop says what went wrong. */
  async make(over: AbortSignal): Promise<void> {
    const hanging = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const count = (): void => {
      timer = setTimeout(() => hanging.abort(over.reason), makingMs);
    };
    over.addEventListener("abort", count, { once: true });
    over.addEventListener("abort", () => this.#idle.reject(over.reason), { once: true });
    // Whether anybody waits for it is up to who makes them.
    this.#idle.promise.catch(() => {});
    const onMade = (name: string): void => {
      this.#toldOfSome = true;
      this.#appeared.add(name);
      this.wake();
    };
    try {
      over.throwIfAborted();
      await this.#request.make.run(onMade, hanging.signal, this.#idle.promise);
      this.#made = "just now";
    } catch (error) {
      this.#unmade = { error };
    }
    clearTimeout(timer);
    over.removeEventListener("abort", count);
    this.wake();
  }

  async toTheEnd(): Promise<StartResult> {
    let unchanged = true;
    for (;;) {
      if (this.#unmade !== undefined) throw this.#unmade.error;
      if (this.#made === "not yet") await this.#collectRoots();
      else if (this.#made === "just now") await this.#collectAll();
      await this.#lookAgain();
      const found = phases([...this.#members.values()], this.#expectations);
      this.#report(found);
      await this.#throwFirstFailure(found);
      if (this.#made === "long ago" && allWell(found)) break;
      for (const [id, how] of this.#turn(found)) {
        unchanged = false;
        this.#begin(id, how);
      }
      if (this.#toldOfSome && this.#appeared.size + this.#calls.size === 0) this.#idle.resolve();
      await this.#nextEvent();
    }
    return { members: [...this.#members.values()], unchanged };
  }

  /**
   * Those whose turn it is. The engine starts one after the other, whoever asks: what others wait for goes before what
   * nobody waits for, which follows as soon as the calls for the former have returned.
   */
  #turn(found: ReadonlyMap<string, Phase>): readonly (readonly [string, "start" | "restart"])[] {
    const height = (id: string): number => this.#heights.get((this.#members.get(id) as Member).service) ?? 0;
    const startable = [...found].flatMap(([id, phase]) =>
      phase.kind === "startable" ? [[id, phase.how] as const] : [],
    );
    const highest = Math.max(...[...startable.map(([id]) => id), ...this.#calls].map(height));
    return startable.filter(([id]) => height(id) === highest);
  }

  async listen(events: AsyncIterable<EngineEvent>): Promise<void> {
    for await (const event of events) {
      const id = event.Actor.ID;
      const before = this.#deaths.get(id);
      if (event.Action === "oom") this.#deaths.set(id, { exitCode: before?.exitCode ?? 137, oom: true });
      if (event.Action === "die") {
        const exitCode = Number(event.Actor.Attributes["exitCode"] ?? -1);
        // A crash loop dies again and again; the first time is the one to explain.
        if (before === undefined || before.oom) this.#deaths.set(id, { exitCode, oom: before?.oom ?? false });
      }
      this.#dirty.add(id);
      this.wake();
    }
  }

  wake(): void {
    this.#wake.resolve();
  }

  /** New containers of services that wait for nothing. */
  async #collectRoots(): Promise<void> {
    if (!this.#request.make.fromNothing) return;
    const { engine, signal } = this.#session;
    const names = [...this.#appeared];
    this.#appeared.clear();
    const found = await Promise.all(names.map((name) => findContainer(engine, name, signal)));
    for (const container of found) {
      const service = container?.Config.Labels[composeLabels.service] ?? "";
      const waits = (this.#expectations.get(service)?.after ?? []).length > 0;
      if (container !== undefined && !waits) this.#join(container.Id, container.Config.Labels);
    }
  }

  /** Compose has made them all by now; one-off containers of `gantry run` are no part of it. */
  async #collectAll(): Promise<void> {
    const { engine, blueprint, signal } = this.#session;
    this.#made = "long ago";
    const containers = await listContainers(engine, ofProject(blueprint.project), signal);
    const order = new Intl.Collator("en", { numeric: true });
    const sorted = [...containers].sort((a, b) => order.compare(containerName(a), containerName(b)));
    for (const { Id, Labels } of sorted) if (!this.#members.has(Id)) this.#join(Id, Labels);
    if (this.#request.make.fromNothing) return;
    await this.#lookAgain();
    const taken = await takenPorts(this.#session.engine, portsOfMembers([...this.#members.values()]));
    if (taken.length > 0) throw new GantryError(taken, { exit: "unhealthy" });
    for (const member of this.#members.values())
      if (
        this.#request.restart.has(member.service) &&
        !member.fresh &&
        member.container?.State.Running === true
      )
        this.#begin(member.id, "restart");
  }

  #join(id: string, labels: Readonly<Record<string, string>>): void {
    const service = labels[composeLabels.service] ?? "";
    if (labels[composeLabels.oneOff] === "True" || !this.#request.services.has(service)) return;
    const replica = Number(labels[composeLabels.number] ?? 1);
    const fresh = !this.#request.present.has(id);
    const member: Member = { id, service, replica, begun: false, fresh, container: undefined };
    this.#members.set(id, member);
    this.#tasks.set(id, this.#openTask(member));
    this.#dirty.add(id);
  }

  async #lookAgain(): Promise<void> {
    const ids = [...this.#dirty].filter((id) => this.#members.has(id));
    this.#dirty.clear();
    const { engine, signal } = this.#session;
    const found = await Promise.all(ids.map((id) => findContainer(engine, id, signal)));
    for (const [i, id] of ids.entries()) {
      const member = this.#members.get(id);
      if (member !== undefined) this.#members.set(id, { ...member, container: found[i] });
    }
  }

  #begin(id: string, how: "start" | "restart"): void {
    const member = this.#members.get(id) as Member;
    // What the engine knew of an earlier life would look like a failure of this one.
    const container = member.container as ContainerInspect;
    const reset = {
      ...container,
      RestartCount: 0,
      State: { ...container.State, Status: "created" as const },
    };
    this.#members.set(id, { ...member, begun: true, container: reset });
    this.#deaths.delete(id);
    this.#request.onStart?.(id);
    // To restart may take as long as stopping does.
    if (how === "start") this.#calls.add(id);
    const { engine, signal } = this.#session;
    const work = how === "start" ? startContainer(engine, id, signal) : restartContainer(engine, id, signal);
    work
      .catch((error: unknown) => this.#refusals.set(id, error))
      .finally(() => {
        this.#calls.delete(id);
        this.#dirty.add(id);
        this.wake();
      });
  }

  async #nextEvent(): Promise<void> {
    const { signal } = this.#session;
    const timer = setTimeout(() => {
      for (const id of this.#members.keys()) this.#dirty.add(id);
      this.wake();
    }, safetyMs);
    const stop = (): void => this.wake();
    signal.addEventListener("abort", stop, { once: true });
    await this.#wake.promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    this.#wake = Promise.withResolvers<void>();
    signal.throwIfAborted();
  }

  #openTask(member: Member): Task {
    const service = this.#session.blueprint.services[member.service];
    const several = (service?.replicas ?? 1) > 1;
    const title = several ? `${member.service}-${member.replica}` : member.service;
    const job = this.#expectations.get(member.service)?.job === true;
    return this.#session.part(job ? "job" : "service", `service:${title}`, title);
  }

  readonly #well = new Set<string>();

  #report(found: ReadonlyMap<string, Phase>): void {
    for (const [id, phase] of found) {
      const task = this.#tasks.get(id);
      if (phase.kind !== "well") {
        if (phase.kind !== "failed")
          task?.progress(phaseText(phase, complaint(this.#members.get(id)?.container)));
        continue;
      }
      if (this.#well.has(id)) continue;
      this.#well.add(id);
      const member = this.#members.get(id) as Member;
      task?.finish(member.begun ? "ok" : "unchanged", phase.state);
      if (member.begun) this.#request.onWell?.(member);
    }
  }

  async #throwFirstFailure(found: ReadonlyMap<string, Phase>): Promise<void> {
    const { engine, signal } = this.#session;
    const failures: { member: Member; failure: Failure; refusal?: unknown }[] = [];
    for (const [id, refusal] of this.#refusals)
      failures.push({ member: this.#members.get(id) as Member, failure: "refused", refusal });
    for (const [id, phase] of found)
      if (phase.kind === "failed" && !this.#refusals.has(id))
        failures.push({ member: this.#members.get(id) as Member, failure: phase.failure });
    if (failures.length === 0) return;
    const explained = await Promise.all(
      failures.map(async ({ member, failure, refusal }) => {
        if (refusal !== undefined && !(refusal instanceof EngineFailure)) throw refusal;
        const known =
          refusal === undefined
            ? undefined
            : await explainText(refusal.message, { engine, service: member.service });
        const problem =
          known?.problem ??
          (await explainMember(engine, member, failure, {
            job: this.#expectations.get(member.service)?.job === true,
            refusal: refusal?.message,
            death: this.#deaths.get(member.id),
            signal,
          }));
        const state = failure === "unhealthy" ? "unhealthy" : failure === "refused" ? "not started" : "ended";
        this.#tasks.get(member.id)?.finish("failed", state, [problem]);
        return problem;
      }),
    );
    throw new GantryError(explained, { exit: "unhealthy" });
  }
}

function phaseText(phase: Phase, complaint: string | undefined): string {
  switch (phase.kind) {
    case "waiting":
      return waitingFor(phase.for);
    case "startable":
    case "starting":
      return "starting";
    case "running":
      return complaint === undefined ? "running" : `running, not well yet: ${complaint}`;
    case "well":
      return phase.state;
    case "failed":
      return "failed";
    default:
      return phase satisfies never;
  }
}
