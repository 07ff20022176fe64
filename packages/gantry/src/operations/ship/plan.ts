import { compareText } from "../../base/errors.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import type { DeployPlan, Present, ServiceStep, Target } from "./model.ts";

/** Services that the gateways of a blueprint send requests to. */
export function routedServices(blueprint: Blueprint): ReadonlySet<string> {
  return new Set(
    Object.values(blueprint.services).flatMap(
      (service) => service.gateway?.upstreams.map((upstream) => upstream.service) ?? [],
    ),
  );
}

/** What has to happen so that what runs becomes what is wanted. Pure; the same facts give the same plan. */
export function planDeploy(
  targets: readonly Target[],
  present: readonly Present[],
  options: {
    /** Replaced although nothing about them changed: a secret did. */
    readonly force?: ReadonlySet<string>;
    readonly jobs?: boolean;
  } = {},
): DeployPlan {
  const services = targets.filter(({ role }) => role !== "job" && role !== "test");
  const steps: ServiceStep[] = [];
  const unchanged: string[] = [];
  for (const target of services) {
    const step = planService(
      target,
      of(present, target.service),
      options.force?.has(target.service) === true,
    );
    if (step === undefined) unchanged.push(target.service);
    else steps.push(step);
  }
  for (const service of orphans(targets, present))
    steps.push({
      service,
      role: "application",
      how: "remove",
      routed: false,
      keep: [],
      create: 0,
      remove: of(present, service),
      reasons: ["the stack has it no more"],
      alone: undefined,
      graceMs: 0,
    });
  return {
    steps,
    unchanged,
    jobs: options.jobs === false ? [] : jobsToRun(targets, steps, present),
    first: !present.some(({ running }) => running),
  };
}

function planService(target: Target, there: readonly Present[], forced: boolean): ServiceStep | undefined {
  const current = forced ? [] : there.filter((one) => isCurrent(one, target));
  const keep = current.slice(0, target.replicas);
  const remove = there.filter((one) => !keep.includes(one));
  const create = Math.max(0, target.replicas - keep.length);
  if (create === 0 && remove.length === 0) return undefined;
  const replaced = remove.some(({ running }) => running);
  return {
    service: target.service,
    role: target.role,
    how: create === 0 ? "remove" : !replaced ? "start" : target.alone === undefined ? "beside" : "in place",
    routed: target.routed,
    keep,
    create,
    remove,
    reasons: reasonsOf(target, there, forced),
    alone: target.alone,
    graceMs: target.graceMs,
  };
}

/** An image that is not in the engine cannot be compared by id: then the description decides. */
function isCurrent(one: Present, target: Target): boolean {
  return (
    one.running &&
    one.configHash === target.configHash &&
    (target.image === undefined || one.image === target.image)
  );
}

function reasonsOf(target: Target, there: readonly Present[], forced: boolean): readonly string[] {
  if (there.length === 0) return ["it does not run yet"];
  const reasons: string[] = [];
  if (forced) reasons.push("a secret that it reads changed");
  if (target.image !== undefined && there.some(({ image }) => image !== target.image))
    reasons.push("its image changed");
  if (there.some(({ configHash }) => configHash !== target.configHash))
    reasons.push("its description changed");
  if (there.some(({ running }) => !running)) reasons.push("it does not run");
  const alike = there.filter((one) => isCurrent(one, target)).length;
  if (reasons.length === 0) reasons.push(`${alike} → ${target.replicas} replicas`);
  return reasons;
}

/** Jobs that are outdated, missing or failed, of services that are about to start anew; in the order of the targets. */
function jobsToRun(
  targets: readonly Target[],
  steps: readonly ServiceStep[],
  present: readonly Present[],
): readonly string[] {
  const starting = new Set(steps.filter(({ create }) => create > 0).map(({ service }) => service));
  const wanted = new Set(
    targets.filter(({ service }) => starting.has(service)).flatMap(({ before }) => before),
  );
  return targets
    .filter(({ service, role }) => role === "job" && wanted.has(service))
    .filter((job) => {
      const last = of(present, job.service).at(-1);
      return (
        last === undefined ||
        !last.succeeded ||
        last.configHash !== job.configHash ||
        (job.image !== undefined && last.image !== job.image)
      );
    })
    .map(({ service }) => service);
}

function orphans(targets: readonly Target[], present: readonly Present[]): readonly string[] {
  const known = new Set(targets.map(({ service }) => service));
  return [...new Set(present.map(({ service }) => service))]
    .filter((name) => !known.has(name))
    .sort(compareText);
}

function of(present: readonly Present[], service: string): readonly Present[] {
  return present.filter((one) => one.service === service).sort((a, b) => a.number - b.number);
}

/** Names in waves: each wave needs only what is in earlier ones, or not among the names at all. */
export function startWaves(
  names: readonly string[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  let rest = [...new Set(names)];
  const waves: string[][] = [];
  while (rest.length > 0) {
    const waiting = new Set(rest);
    const ready = rest.filter((name) => !(dependencies.get(name) ?? []).some((need) => waiting.has(need)));
    // A circle cannot come from a valid stack; it must not hang either.
    const wave = ready.length === 0 ? rest : ready;
    waves.push(wave);
    rest = rest.filter((name) => !wave.includes(name));
  }
  return waves;
}
