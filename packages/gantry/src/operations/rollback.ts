import { GantryError } from "../base/errors.ts";
import type { OperationContext } from "./context.ts";
import { carryOrRestore, type PatienceOptions, patienceOf, type ShipResult, shipping } from "./deploy.ts";
import { bringImages, newRecord, servingRecord, sessionOf } from "./ship/generations.ts";
import { readPresent, readTargets } from "./ship/look.ts";
import type { GenerationRecord } from "./ship/model.ts";
import { planDeploy } from "./ship/plan.ts";
import { deployProblems } from "./ship/problems.ts";
import { secretsOfChange } from "./ship/secrets.ts";

/** What `gantry rollback` may be told. */
export interface RollbackOptions extends PatienceOptions {
  /** Generation to go back to; the one that served before the present one when absent. */
  readonly generation?: number;
}

/**
 * Makes an earlier generation serve again, in the way in which a deploy makes a new one serve. Migrations are not run:
 * the database stays as it is, and the earlier version must be able to work with it.
 */
export async function rollback(
  context: OperationContext,
  options: RollbackOptions = {},
): Promise<ShipResult> {
  const title = `roll back ${context.project.name}`;
  return shipping(context, "rollback", title, options, async (now, book, by) => {
    const history = await book.history();
    const target = chooseGeneration(history, options.generation);
    await bringImages(now, target);
    const { session, composer, secrets } = await sessionOf(now, book, target);
    // Those of now: one that was changed because others had learned it must not come back.
    const values = await secretsOfChange(session, book, secrets);
    const [present, targets] = await Promise.all([
      readPresent(session),
      book.scales().then((scales) => readTargets(session, composer.project, scales, composer.flags)),
    ]);
    const plan = planDeploy(targets, present, { jobs: false, force: values.outdated });
    if (plan.steps.length === 0) return { plan };
    const record = await newRecord(book, {
      kind: "rollback",
      content: target,
      plan,
      targets,
      secrets: values.marks,
    });
    await carryOrRestore(session, book, {
      plan,
      present,
      composer,
      patience: patienceOf(options),
      record,
      secrets,
      ...by,
    });
    return { plan, record };
  });
}

/** The newest generation with another content than the serving one that is older than it; or the one that was named. */
export function chooseGeneration(
  history: readonly GenerationRecord[],
  wanted: number | undefined,
): GenerationRecord {
  const serving = servingRecord(history);
  const good = history.filter(
    ({ outcome, content, generation }) => outcome === "ok" && content === generation,
  );
  const known = good.filter(({ generation }) => generation !== serving?.content);
  const found =
    wanted === undefined
      ? known.findLast(({ generation }) => generation < (serving?.content ?? 0))
      : // A rollback is a generation too; its content is what people mean by it.
        good.find(
          ({ generation }) => generation === history.find((one) => one.generation === wanted)?.content,
        );
  if (found !== undefined) return found;
  const numbers = known.map(({ generation }) => generation);
  throw new GantryError(
    deployProblems.unknownGeneration(wanted === undefined ? "before this one" : String(wanted), numbers),
    { exit: "usage" },
  );
}
