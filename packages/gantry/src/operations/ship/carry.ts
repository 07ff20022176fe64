import type { Session } from "../session.ts";
import { named } from "./containers.ts";
import type { DeployBook } from "./journal.ts";
import { withLeftBehind } from "./left-behind.ts";
import type { GenerationRecord, Journal } from "./model.ts";
import { deployProblems } from "./problems.ts";
import type { Patience } from "./ready.ts";
import { type Change, Run } from "./run.ts";

/**
 * Carries a change out: every step is written down before the next begins. Whatever goes wrong before the old
 * containers stop is taken back, and what ran before serves again.
 */
export async function carryOut(
  session: Session,
  book: DeployBook,
  change: Change,
): Promise<GenerationRecord> {
  const run = new Run(session, book, await begin(book, change), change.patience);
  try {
    await run.prepare(change);
    await run.finish();
  } catch (error) {
    throw await run.giveUp(error);
  }
  return run.record("ok");
}

/** Finishes or takes back a deploy whose process is gone; what it did, in words. `undefined` when there was none. */
export async function converge(
  session: Session,
  book: DeployBook,
  patience: Patience,
): Promise<GenerationRecord | undefined> {
  const journal = await book.unfinished();
  if (journal === undefined) return undefined;
  const { generation, kind } = journal;
  const run = new Run(session, book, await withLeftBehind(session, journal), patience);
  if (await run.mayFinish()) {
    session.task.warn(
      deployProblems.converged(
        `The ${kind} of generation ${generation} was cut off; its switch is finished now`,
      ),
    );
    try {
      await run.finish();
      return await run.record("ok", "finished by the next run");
    } catch (error) {
      await run.giveUp(error);
      return run.record("failed", "cut off, and taken back by the next run");
    }
  }
  session.task.warn(
    deployProblems.converged(
      `The ${kind} of generation ${generation} was cut off before its switch; it is taken back`,
    ),
  );
  await run.takeBack();
  return run.record("failed", "cut off, and taken back by the next run");
}

async function begin(book: DeployBook, change: Change): Promise<Journal> {
  const { plan, present, record } = change;
  const journal: Journal = {
    format: 1,
    kind: record.kind,
    generation: record.generation,
    step: "begun",
    by: change.by,
    host: change.host,
    startedAt: record.startedAt,
    before: present.map(({ id }) => id),
    keep: plan.steps.flatMap(({ keep }) => keep.map(named)),
    remove: plan.steps.flatMap(({ remove }) => remove.map(named)),
    inPlace: plan.steps.filter(({ how }) => how === "in place").map(({ service }) => service),
    fresh: [],
    routed: plan.steps.filter(({ routed }) => routed).map(({ service }) => service),
    record,
  };
  await book.record(record);
  return journal;
}
