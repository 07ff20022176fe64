import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Blueprint } from "../blueprint/model.ts";
import type { EngineClient } from "../engine/client.ts";
import { composeLabels, listContainers } from "../engine/containers.ts";
import { isHeld, type LockOwner } from "../engine/lock.ts";
import { listNetworks, listVolumes, referencesWithTag, removeImage } from "../engine/resources.ts";
import { removeAll, surveyProject } from "./cleanup.ts";
import { withdraw } from "./delivery.ts";

/** Label on everything of a throw-away run: the process that it belongs to. */
export const ownerLabel = "gantry.run.owner";

/** A suffix that two runs never share. */
export function runSuffix(): string {
  return randomBytes(5).toString("hex");
}

/** Tag of the images of a run, from its project's name. */
export function runTag(project: string): string {
  return `run-${project.slice(project.lastIndexOf("-") + 1)}`;
}

/** A Compose file that labels all of a run with its owner, publishes no port, and sets the tests' command. */
export function isolationOverride(
  blueprint: Blueprint,
  owner: LockOwner,
  command: { readonly service: string; readonly command: readonly string[] } | undefined,
): string {
  const labels = { [ownerLabel]: JSON.stringify(owner) };
  const services = Object.values(blueprint.services).map(({ name, published }) => [
    name,
    {
      labels,
      ...(published.length === 0 ? {} : { ports: resetMark }),
      // Dollar signs are Compose's own unless doubled.
      ...(command?.service === name
        ? { command: command.command.map((word) => word.replaceAll("$", "$$$$")) }
        : {}),
    },
  ]);
  const labelled = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, { labels }]));
  const text = stringify({
    services: Object.fromEntries(services),
    networks: labelled(["default", ...Object.keys(blueprint.networks)]),
    volumes: labelled(Object.keys(blueprint.volumes)),
  });
  // Lists merge in Compose; only this tag of its own takes one away.
  return text.replaceAll(`ports: ${resetMark}`, "ports: !reset []");
}

const resetMark = "__reset__";

/** Removes what runs left behind whose process is gone; returns their projects. */
export async function sweepRuns(
  engine: EngineClient,
  root: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const filters = { label: [ownerLabel] };
  const [containers, networks, volumes] = await Promise.all([
    listContainers(engine, filters, signal),
    listNetworks(engine, filters, signal),
    listVolumes(engine, filters, signal),
  ]);
  const dead = new Set<string>();
  for (const { Labels } of [...containers, ...networks, ...volumes]) {
    const project = Labels?.[composeLabels.project];
    const owner = parseOwner(Labels?.[ownerLabel]);
    if (project !== undefined && owner !== undefined && !isHeld(owner)) dead.add(project);
  }
  await Promise.all([...dead].map((project) => removeRun(engine, project, root)));
  return [...dead].sort();
}

/** Removes all of a run at once, data too; whether nothing is left. */
export async function removeRun(engine: EngineClient, project: string, root: string): Promise<boolean> {
  const remains = await surveyProject(engine, project);
  // Nobody needs an orderly end of what is thrown away.
  const { stuck } = await removeAll(engine, remains, { dependencies: new Map(), graceSeconds: 0 });
  const references = await referencesWithTag(engine, runTag(project));
  await Promise.all(references.map((reference) => removeImage(engine, reference)));
  await withdraw(engine, project, root);
  await rm(join(root, ".gantry", "run", `${project}.yaml`), { force: true });
  return stuck.length === 0;
}

function parseOwner(text: string | undefined): LockOwner | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as LockOwner);
  } catch {
    return undefined;
  }
}
