import { GantryError } from "../../base/errors.ts";
import { humanBytes } from "../../base/units.ts";
import { listContainers, memoryUsed, readStats } from "../../engine/containers.ts";
import { engineInfo } from "../../engine/resources.ts";
import type { Session } from "../session.ts";
import type { DeployPlan } from "./model.ts";
import { deployProblems } from "./problems.ts";

/**
 * Rejects when the engine's machine has less memory left than the new containers may use beside the old. What is left
 * is all that there is without what containers use now; their limits alone would forbid what works well every day.
 */
export async function requireRoom(session: Session, plan: DeployPlan): Promise<void> {
  const beside = plan.steps.filter(({ how, create }) => how === "beside" && create > 0);
  const needed = beside.reduce((sum, { service, create }) => sum + create * limitOf(session, service), 0);
  if (needed === 0) return;
  const { engine, signal } = session;
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
  const free = info.MemTotal - used.reduce((sum, bytes) => sum + bytes, 0);
  if (needed <= free) return;
  const services = beside.map(({ service }) => service);
  throw new GantryError(deployProblems.noRoom(humanBytes(needed), humanBytes(Math.max(0, free)), services));
}

function limitOf(session: Session, service: string): number {
  return session.blueprint.services[service]?.resources.memory ?? 0;
}
