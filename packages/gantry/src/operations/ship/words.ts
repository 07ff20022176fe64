import { listing } from "../../base/names.ts";
import { humanDuration } from "../../base/units.ts";
import type { DeployPlan, GenerationRecord, ServiceStep } from "./model.ts";

/** One line of a plan for people. */
export interface PlanLine {
  readonly service: string;
  /** What is done with it. */
  readonly what: string;
  readonly why: string;
  /** How long it will be away, when it will. */
  readonly away: string | undefined;
}

/** A plan in words, in the order in which it happens. */
export function planLines(plan: DeployPlan, history: readonly GenerationRecord[]): readonly PlanLine[] {
  const data = (step: ServiceStep): boolean => step.role === "database" || step.role === "cache";
  const order = (step: ServiceStep): number =>
    step.how === "in place"
      ? data(step)
        ? 0
        : step.role === "gateway"
          ? 4
          : 3
      : step.how === "remove"
        ? 5
        : 2;
  const lines = [...plan.steps]
    .map((step) => ({ at: order(step), line: lineOf(step, history) }))
    .concat(
      plan.jobs.map((job) => ({
        at: 1,
        line: { service: job, what: "runs once", why: "before what needs it starts", away: undefined },
      })),
    );
  return lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

function lineOf(step: ServiceStep, history: readonly GenerationRecord[]): PlanLine {
  return {
    service: step.service,
    what: whatHappens(step),
    why: listing(step.reasons),
    away: step.how === "in place" ? awayOf(step, history) : undefined,
  };
}

function whatHappens(step: ServiceStep): string {
  const several = step.create === 1 ? "a new one" : `${step.create} new ones`;
  switch (step.how) {
    case "start":
      return step.create === 1 ? "starts" : `${step.create} start`;
    case "remove":
      return step.keep.length === 0
        ? "goes"
        : `${step.remove.length} of ${step.keep.length + step.remove.length} go`;
    case "beside":
      return `${several} beside the old, then the old ${step.remove.length === 1 ? "goes" : "go"}${step.routed ? "; the gateway moves requests" : ""}`;
    case "in place":
      return `the old stops, then ${several} starts, because ${step.alone}`;
    default:
      return step.how satisfies never;
  }
}

/** As long as the last time; without one, what stopping and starting take. */
function awayOf({ service, graceMs, role }: ServiceStep, history: readonly GenerationRecord[]): string {
  const last = history.findLast(({ away }) => away?.[service] !== undefined)?.away?.[service];
  if (last !== undefined) return `about ${humanDuration(last)}, as the last time`;
  const stop = role === "gateway" ? 3000 : graceMs;
  return `1 s to ${humanDuration(stop + 2000)}: it may take up to ${humanDuration(stop)} to stop`;
}
