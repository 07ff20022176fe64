import type { Queue } from "bullmq";
import type { Database } from "../database/pool.ts";
import { stepAfter } from "../parcels/parcel.ts";
import { recordEvent } from "../parcels/repository.ts";
import { type AdvanceJob, queueNextStep } from "./queues.ts";

/** Takes parcels from place to place. */
export interface Carrier {
  /** Resolves when the parcel is there. @throws when the carrier does not answer: try again later. */
  carry(number: string, place: string): Promise<void>;
}

/** A carrier that takes about `milliseconds`, and now and then does not answer. */
export function simulatedCarrier(
  milliseconds: number,
  failureRate: number,
  random: () => number = Math.random,
): Carrier {
  return {
    carry: async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + random())));
      if (random() < failureRate) throw new Error("the carrier does not answer");
    },
  };
}

/** What {@link advance} works with. */
export interface AdvanceTools {
  readonly database: Database;
  readonly queue: Queue<AdvanceJob>;
  readonly carrier: Carrier;
}

/**
 * Brings a parcel to its next step and queues the one after. Safe to run again after a crash at any point: the event is
 * recorded once, and the next job is queued once.
 */
export async function advance(job: AdvanceJob, { database, queue, carrier }: AdvanceTools): Promise<void> {
  const next = stepAfter(job.after);
  if (next === undefined) return;
  await carrier.carry(job.number, next.place);
  await recordEvent(database, job.number, next.status, next.place);
  await queueNextStep(queue, { number: job.number, after: next.status });
}
