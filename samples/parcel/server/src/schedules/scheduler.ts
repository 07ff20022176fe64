import type { Database } from "../database/pool.ts";
import type { TickJob } from "../queue/queues.ts";
import type { Schedule } from "./schedules.ts";
import { queueRecordedTicks, recordDueTicks, storeSchedules } from "./ticks.ts";

/** A scheduler that runs. */
export interface Scheduler {
  /** Whether a round succeeded since this was asked last. */
  makesProgress(): boolean;
  /** Begins no further round; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/** What {@link startScheduler} works with. */
export interface SchedulerOptions {
  readonly database: Database;
  readonly schedules: readonly Schedule[];
  readonly queue: (tick: TickJob) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Time between two looks at the table; a second unless told. */
  readonly pauseMilliseconds?: number;
}

/** Stores the schedules, and from then on records and queues what is due. Any number of them may run. */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { database, schedules, queue, onError } = options;
  const pause = options.pauseMilliseconds ?? 1_000;
  let progress = true;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  const runRound = async (): Promise<void> => {
    try {
      await recordDueTicks(database, new Date());
      await queueRecordedTicks(database, queue);
      progress = true;
    } catch (error) {
      onError(error);
    }
    if (!stopped) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      round = runRound();
    }, pause);
  };

  await storeSchedules(database, schedules, new Date());
  schedule();
  return {
    makesProgress: () => {
      const result = progress;
      progress = false;
      return result;
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
