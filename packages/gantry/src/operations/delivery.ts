import type { Secret } from "../base/secret.ts";
import { carryAway, isElsewhere, removeCarried } from "../engine/carrier.ts";
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

function at({ blueprint, context }: DeliveryPlace): readonly [string, string] {
  return [blueprint.project, context.project.root];
}

/** What lies here is what shall lie there. */
async function carry(place: DeliveryPlace): Promise<void> {
  const { engine, blueprint, signal } = place;
  if (!isElsewhere(engine) || Object.keys(blueprint.secrets).length === 0) return;
  await carryAway(engine, blueprint.project, await deliveryFolder(...at(place)), signal);
}
