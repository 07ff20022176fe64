import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Secret } from "../base/secret.ts";
import { joinPath } from "../blueprint/files.ts";
import { carryAway, carryFiles, isElsewhere, removeCarried } from "../engine/carrier.ts";
import type { EngineClient } from "../engine/client.ts";
import {
  completeSecrets,
  deliverSecrets,
  deliveryFolder,
  endExchange,
  exchangeSecrets,
  withdrawSecrets,
} from "../engine/secret-delivery.ts";
import type { OperationContext } from "./context.ts";
import type { Session } from "./session.ts";

/** What delivering needs to know. */
export type DeliveryPlace = Pick<Session, "blueprint" | "engine" | "signal"> & {
  readonly context: Pick<OperationContext, "project">;
};

/** Writes one file per secret where containers find them; the names of those that said something else before. */
export async function deliver(place: DeliveryPlace, secrets: readonly Secret[]): Promise<readonly string[]> {
  const { changed } = await deliverSecrets(secrets, ...at(place));
  await carry(place);
  return changed;
}

/** The same, and what files said before is kept until {@link settle} says how it ended. */
export async function exchange(place: DeliveryPlace, secrets: readonly Secret[]): Promise<void> {
  await exchangeSecrets(secrets, ...at(place));
  await carry(place);
}

/** The new values stay, or those of before are in force again. */
export async function settle(place: DeliveryPlace, outcome: "keep" | "undo"): Promise<void> {
  const undone = await endExchange(...at(place), outcome);
  if (undone) await carry(place);
}

/** Writes only files that are not there. */
export async function complete(place: DeliveryPlace, secrets: readonly Secret[]): Promise<void> {
  await completeSecrets(secrets, ...at(place));
  await carry(place);
}

/** Takes the files away, here and there. */
export async function withdraw(engine: EngineClient, project: string, root: string): Promise<void> {
  await withdrawSecrets(project, root);
  if (isElsewhere(engine)) await removeCarried(engine, project);
}

/** Brings what services mount of the project's own files to an engine elsewhere: rendered ones as they are rendered now. */
export async function carryMounts({ engine, blueprint, context, signal }: DeliveryPlace): Promise<void> {
  const sources = new Set(
    Object.values(blueprint.services).flatMap(({ mounts }) =>
      mounts.flatMap((mount) =>
        mount.kind === "bind" && !mount.source.startsWith("${") ? [joinPath(mount.source)] : [],
      ),
    ),
  );
  if (sources.size === 0) return;
  const { root } = context.project;
  const files = new Map<string, Uint8Array>();
  for (const source of sources) {
    const rendered = context.project.files().get(source);
    if (rendered !== undefined) files.set(source, Buffer.from(rendered));
    else for (const path of filesBelow(root, source)) files.set(path, readFileSync(join(root, path)));
  }
  await carryFiles(engine, blueprint.project, files, signal);
}

function filesBelow(root: string, path: string): readonly string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function at({ blueprint, context }: DeliveryPlace): readonly [string, string] {
  return [blueprint.project, context.project.root];
}

/** What lies here is what shall lie there. */
async function carry(place: DeliveryPlace): Promise<void> {
  const { engine, blueprint, signal } = place;
  if (!isElsewhere(engine) || Object.keys(blueprint.secrets).length === 0) return;
  await carryAway(engine, blueprint.project, await deliveryFolder(...at(place)), signal);
}
