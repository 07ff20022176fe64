import type { ServiceBlueprint, StartCondition } from "../blueprint/model.ts";
import type { ContainerInspect } from "../engine/api-types.ts";

/** A container of the run, as it is now. */
export interface Member {
  readonly id: string;
  readonly service: string;
  readonly replica: number;
  /** This run started it, or told it to start. */
  readonly begun: boolean;
  /** Made by this run, or anew. */
  readonly fresh: boolean;
  /** `undefined` once it is gone. */
  readonly container: ContainerInspect | undefined;
}

/** Why a member will not get well by waiting. */
export type Failure = "exited" | "unhealthy" | "gone" | "refused";

/** Where a member is on its way. */
export type Phase =
  | { readonly kind: "waiting"; readonly for: readonly string[] }
  | { readonly kind: "startable"; readonly how: "start" | "restart" }
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "well"; readonly state: "healthy" | "running" | "completed" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** What a service must do, as far as starting it is concerned. */
export interface Expectation {
  readonly name: string;
  readonly job: boolean;
  readonly after: readonly StartCondition[];
}

/** The expectation of a service of the blueprint; a test is a job too. */
export function expectationOf(service: ServiceBlueprint): Expectation {
  return {
    name: service.name,
    job: service.role === "job" || service.role === "test",
    after: service.after,
  };
}

/** Where every member is; decided from the engine's own record alone, so that it may be asked as often as one likes. */
export function phases(
  members: readonly Member[],
  expectations: ReadonlyMap<string, Expectation>,
): ReadonlyMap<string, Phase> {
  const own = new Map(members.map((member) => [member.id, ownPhase(member, expectations, members)]));
  return new Map(
    members.map((member): readonly [string, Phase] => {
      const phase = own.get(member.id) as Phase;
      if (phase.kind !== "startable") return [member.id, phase];
      const waiting = unmet(expectations.get(member.service), members, own);
      return [member.id, waiting.length === 0 ? phase : { kind: "waiting", for: waiting }];
    }),
  );
}

/** Whether all members are where they should be. */
export function allWell(found: ReadonlyMap<string, Phase>): boolean {
  return [...found.values()].every((phase) => phase.kind === "well");
}

/** Services that are needed to run `wanted`: what each waits for, and what it talks to. */
export function withNeeded(
  services: Readonly<Record<string, ServiceBlueprint>>,
  wanted: Iterable<string>,
): ReadonlySet<string> {
  const all = new Set<string>();
  const add = (name: string): void => {
    const service = services[name];
    if (service === undefined || all.has(name)) return;
    all.add(name);
    for (const need of [...service.after.map((condition) => condition.service), ...service.uses]) add(need);
  };
  for (const name of wanted) add(name);
  return all;
}

/** How many services come after each other behind a service, itself counted: the longest chain of those that wait for it. */
export function chainHeights(
  services: readonly { readonly name: string; readonly after: readonly StartCondition[] }[],
): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  const heightOf = (name: string): number => {
    const known = heights.get(name);
    if (known !== undefined) return known;
    // A circle, which validation refuses, would have no end.
    heights.set(name, 0);
    const users = services.filter(({ after }) => after.some(({ service }) => service === name));
    const height = 1 + Math.max(0, ...users.map((user) => heightOf(user.name)));
    heights.set(name, height);
    return height;
  };
  for (const { name } of services) heightOf(name);
  return heights;
}

/**
 * The services that the longest chains begin with; of them only the databases where there are any, because a database
 * starts the longest when it is empty.
 */
export function longestFirst(services: readonly ServiceBlueprint[]): readonly string[] {
  const heights = chainHeights(services);
  const highest = Math.max(...heights.values());
  const first = services.filter(({ name, after }) => after.length === 0 && heights.get(name) === highest);
  const databases = first.filter(({ role }) => role === "database");
  return (databases.length > 0 ? databases : first).map(({ name }) => name);
}

function ownPhase(
  member: Member,
  expectations: ReadonlyMap<string, Expectation>,
  members: readonly Member[],
): Phase {
  const state = member.container?.State;
  if (member.container === undefined || state === undefined) return { kind: "failed", failure: "gone" };
  const expectation = expectations.get(member.service);
  if (expectation?.job === true) return jobPhase(member, expectation, members);
  switch (state.Status) {
    case "created":
      return member.begun ? { kind: "starting" } : { kind: "startable", how: "start" };
    case "exited":
    case "dead":
      return member.begun ? { kind: "failed", failure: "exited" } : { kind: "startable", how: "start" };
    case "restarting":
    case "removing":
      return member.begun ? { kind: "failed", failure: "exited" } : { kind: "startable", how: "restart" };
    case "paused":
      return { kind: "startable", how: "restart" };
    case "running":
      return runningPhase(member, member.container);
    default:
      return state.Status satisfies never;
  }
}

function runningPhase(member: Member, container: ContainerInspect): Phase {
  // The engine starts what died again in a tenth of a second; its counter tells although the container runs.
  if (member.begun && container.RestartCount > 0) return { kind: "failed", failure: "exited" };
  switch (container.State.Health?.Status) {
    case "starting":
      return { kind: "running" };
    case "unhealthy":
      return member.begun ? { kind: "failed", failure: "unhealthy" } : { kind: "startable", how: "restart" };
    case "healthy":
      return { kind: "well", state: "healthy" };
    default:
      return { kind: "well", state: "running" };
  }
}

/**
 * A job that succeeded before is not run again unless something that it waits for was made anew: a migration must see
 * a new database, and must not delay a stack that already runs.
 */
function jobPhase(member: Member, expectation: Expectation, members: readonly Member[]): Phase {
  const state = member.container?.State;
  switch (state?.Status) {
    case "running":
    case "paused":
    case "restarting":
      return { kind: "running" };
    case "exited":
    case "dead": {
      if (member.begun)
        return state.ExitCode === 0
          ? { kind: "well", state: "completed" }
          : { kind: "failed", failure: "exited" };
      const needs = new Set(expectation.after.map(({ service }) => service));
      const outdated = members.some((other) => needs.has(other.service) && other.fresh);
      return state.ExitCode === 0 && !outdated
        ? { kind: "well", state: "completed" }
        : { kind: "startable", how: "start" };
    }
    default:
      return member.begun ? { kind: "starting" } : { kind: "startable", how: "start" };
  }
}

function unmet(
  expectation: Expectation | undefined,
  members: readonly Member[],
  own: ReadonlyMap<string, Phase>,
): readonly string[] {
  return (expectation?.after ?? [])
    .filter(({ service, condition }) =>
      members
        .filter((member) => member.service === service)
        .some((member) => !satisfies(own.get(member.id) as Phase, condition)),
    )
    .map(({ service }) => service);
}

function satisfies(phase: Phase, condition: StartCondition["condition"]): boolean {
  if (phase.kind === "well") return condition !== "completed" || phase.state === "completed";
  return condition === "started" && phase.kind === "running";
}
