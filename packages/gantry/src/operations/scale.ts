import { GantryError } from "../base/errors.ts";
import { requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { complete } from "./delivery.ts";
import { carryOrRestore, type PatienceOptions, patienceOf, type ShipResult, shipping } from "./deploy.ts";
import {
  bringImages,
  composeOnDisk,
  newRecord,
  recordFirst,
  servingRecord,
  sessionOf,
} from "./ship/generations.ts";
import { readPresent, readTargets } from "./ship/look.ts";
import { planDeploy } from "./ship/plan.ts";
import { deployProblems } from "./ship/problems.ts";
import { readFree, requireRoom } from "./ship/room.ts";

/** What `gantry scale` is told. */
export interface ScaleOptions extends PatienceOptions {
  /** How many of which service. */
  readonly replicas: Readonly<Record<string, number>>;
}

/** Makes more or fewer of the serving generation's containers; later deploys keep to it. */
export async function scale(context: OperationContext, options: ScaleOptions): Promise<ShipResult> {
  const title = `scale ${context.project.name}`;
  return shipping(context, "scale", title, options, async (now, book, by) => {
    const names = Object.keys(options.replicas);
    requireServices(now.blueprint, names);
    const alone = names.flatMap((name) => {
      const surge = now.blueprint.services[name]?.surge;
      return surge?.possible === false && (options.replicas[name] ?? 0) > 1
        ? [deployProblems.cannotScale(name, `${surge.because}.`)]
        : [];
    });
    if (alone.length > 0) throw new GantryError(alone, { exit: "usage" });
    const present = await readPresent(now);
    if (!present.some(({ running }) => running)) throw new GantryError(deployProblems.nothingRuns());
    await recordFirst(now, book, present, await composeOnDisk(now));
    const serving = servingRecord(await book.history());
    if (serving === undefined) throw new GantryError(deployProblems.nothingRuns());
    // More of what serves, not of what somebody has built or rendered since.
    await bringImages(now, serving);
    const { session, composer, secrets } = await sessionOf(now, book, serving);
    // All of a service have the same values: new ones come with a deploy.
    await complete(session, secrets);
    const scales = { ...(await book.scales()), ...options.replicas };
    const [targets, free] = await Promise.all([
      readTargets(session, composer.project, scales, composer.flags),
      readFree(session),
    ]);
    const chosen = targets.filter(({ service }) => names.includes(service));
    const plan = planDeploy(
      chosen,
      present.filter(({ service }) => names.includes(service)),
      { jobs: false },
    );
    requireRoom(session.blueprint, plan, free);
    const record = await newRecord(book, {
      kind: "scale",
      content: serving,
      plan,
      targets,
      secrets: serving.secrets,
    });
    if (plan.steps.length > 0)
      await carryOrRestore(session, book, {
        plan,
        present,
        composer,
        patience: patienceOf(options),
        record,
        ...by,
      });
    // What the stack says by itself needs no note.
    const noted = Object.entries(scales).filter(
      ([name, count]) => now.blueprint.services[name]?.replicas !== count,
    );
    await book.keepScales(Object.fromEntries(noted));
    return plan.steps.length === 0 ? { plan } : { plan, record };
  });
}
