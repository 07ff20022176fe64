import { GantryError } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import type { ContainerSummary } from "../engine/api-types.ts";
import { problems } from "../engine/catalogue.ts";
import type { EngineClient } from "../engine/client.ts";
import { composeLabels, listContainers, ofProject } from "../engine/containers.ts";
import { requireServices } from "./compose-run.ts";

/** The running container of a service: the replica that was asked for, or the first. */
export async function runningContainer(
  engine: EngineClient,
  blueprint: Blueprint,
  target: { readonly service: string; readonly replica?: number | undefined },
  signal?: AbortSignal,
): Promise<ContainerSummary> {
  requireServices(blueprint, [target.service]);
  const containers = await listContainers(
    engine,
    {
      label: [...(ofProject(blueprint.project)["label"] ?? []), `${composeLabels.service}=${target.service}`],
      status: ["running"],
    },
    signal,
  );
  const number = (container: ContainerSummary): number => Number(container.Labels[composeLabels.number] ?? 1);
  const own = containers
    .filter(({ Labels }) => Labels[composeLabels.oneOff] !== "True")
    .sort((a, b) => number(a) - number(b));
  const found = target.replica === undefined ? own[0] : own.find((one) => number(one) === target.replica);
  if (found !== undefined) return found;
  const name = target.replica === undefined ? target.service : `${target.service} ${target.replica}`;
  throw new GantryError(problems.notRunning(name, blueprint.environment));
}
