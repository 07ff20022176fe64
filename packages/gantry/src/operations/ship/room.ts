import { GantryError } from "../../base/errors.ts";
import { humanBytes } from "../../base/units.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { listContainers, memoryUsed, readStats } from "../../engine/containers.ts";
import { engineInfo } from "../../engine/resources.ts";
import type { Session } from "../session.ts";
import type { DeployPlan } from "./model.ts";
import { deployProblems } from "./problems.ts";

/** Memory of the engine's machine that is left: all that there is without what containers use now, bytes. */
export async function readFree({ engine, signal }: Session): Promise<number> {
  const [info, containers] = await Promise.all([
    engineInfo(engine, signal),
    listContainers(engine, { status: ["running"] }, signal),
  ]);
  const used = await Promise.all(
    // One may end between the list and the reading.
    containers.map(({ Id }) =>
      readStats(engine, Id, signal).then(
        (stats) => memoryUsed(stats) ?? 0,
        () => 0,
      ),
    ),
  );
  return info.MemTotal - used.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Throws when less memory is left than the new containers may use beside the old. What is free counts; limits of what
 * runs would forbid what works well every day.
 */
export function requireRoom(blueprint: Blueprint, plan: DeployPlan, free: number): void {
  const beside = plan.steps.filter(({ how, create }) => how === "beside" && create > 0);
  const needed = beside.reduce((sum, { service, create }) => sum + create * limitOf(blueprint, service), 0);
  if (needed === 0 || needed <= free) return;
  const services = beside.map(({ service }) => service);
  throw new GantryError(deployProblems.noRoom(humanBytes(needed), humanBytes(Math.max(0, free)), services));
}

function limitOf(blueprint: Blueprint, service: string): number {
  return blueprint.services[service]?.resources.memory ?? 0;
}
