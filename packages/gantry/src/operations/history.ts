import type { OperationContext } from "./context.ts";
import { stateOf } from "./session.ts";
import { servingRecord } from "./ship/generations.ts";
import { DeployBook } from "./ship/journal.ts";
import type { GenerationRecord } from "./ship/model.ts";

/** What `gantry history` found. */
export interface HistoryResult {
  readonly project: string;
  /** Newest first. */
  readonly generations: readonly GenerationRecord[];
  /** Generation that serves, as far as is written down. */
  readonly serving: number | undefined;
  /** A deploy that was cut off; the next one finishes it or takes it back. */
  readonly unfinished: number | undefined;
}

/** All deploys that are written down, newest first. Needs no engine. */
export async function history(context: OperationContext): Promise<HistoryResult> {
  const { project } = context.project.blueprint(context.environment);
  const book = new DeployBook(stateOf(context), project);
  const generations = await book.history();
  return {
    project,
    generations: [...generations].reverse(),
    serving: servingRecord(generations)?.generation,
    unfinished: (await book.unfinished())?.generation,
  };
}
