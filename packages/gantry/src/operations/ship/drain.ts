import { setTimeout as sleep } from "node:timers/promises";
import { listProcesses } from "../../engine/deploying.ts";
import type { Session } from "../session.ts";
import type { Gateway } from "./gateway.ts";

/** Processes that served until a reload; they are gone when the last request in flight has its answer. */
export interface Leaving {
  readonly gateway: Gateway;
  /** Processes that an earlier reload had told to go: nobody waits for these. */
  readonly others: readonly number[];
}

/** Processes of a gateway that are on their way out. */
export async function readLeaving(session: Session, gateway: Gateway): Promise<readonly number[]> {
  const all = await listProcesses(session.engine, gateway.id, session.signal);
  return all
    .filter(({ title }) => title.includes("nginx: worker process") && title.includes("shutting down"))
    .map(({ pid }) => pid);
}

/** Waits until the processes that served before a reload are gone; how many are left of them after `limitMs`. */
export async function drain(
  session: Session,
  leaving: readonly Leaving[],
  limitMs: number,
  onWait: (left: number) => void,
): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const counts = await Promise.all(
      leaving.map(async ({ gateway, others }) => {
        const now = await readLeaving(session, gateway);
        return now.filter((pid) => !others.includes(pid)).length;
      }),
    );
    const left = counts.reduce((sum, count) => sum + count, 0);
    if (left === 0 || performance.now() - begun > limitMs) return left;
    onWait(left);
    await sleep(200, undefined, { signal: session.signal });
  }
}
