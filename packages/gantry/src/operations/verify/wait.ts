import { setTimeout as sleep } from "node:timers/promises";
import { steadyNow } from "../../base/clock.ts";
import { inspectContainer } from "../../engine/containers.ts";
import type { CheckResult, Running, Scene } from "./types.ts";

/** Longest wait for a service to notice, or to come back, in milliseconds. */
export const patience = 60_000;

/** Asks until the answer is true; whether it became so in time. A question that fails is no. */
export async function until(
  scene: Scene,
  ask: () => Promise<boolean>,
  limit: number = patience,
): Promise<boolean> {
  const end = steadyNow() + limit;
  for (;;) {
    scene.signal.throwIfAborted();
    if (await ask().catch(() => false)) return true;
    if (steadyNow() > end) return false;
    await sleep(100, undefined, { signal: scene.signal });
  }
}

/** Whether it runs, and its own check says so. */
export async function isWell(scene: Scene, id: string): Promise<boolean> {
  const { State } = await inspectContainer(scene.engine, id, scene.signal);
  return State.Running && (State.Health === undefined || State.Health.Status === "healthy");
}

/** Those that others depend on, and all others: what is done to many at once is done to the first before the second. */
export function waves<T extends Running>(running: readonly T[]): readonly (readonly T[])[] {
  const stores = running.filter(({ service }) => isStore(service));
  const others = running.filter(({ service }) => !isStore(service));
  return [stores, others].filter((wave) => wave.length > 0);
}

/** Whether it keeps what others ask for. */
export const isStore = (service: Running["service"]): boolean =>
  service.role === "database" || service.role === "cache";

/**
 * Waits until all that was well is well again, and names what is not: verify leaves a stack as it found it. The engine
 * takes what could not be reached for unhealthy until it asks the next time, seconds later: one wait for all is enough.
 */
export async function settled(
  scene: Scene,
  before: readonly Running[],
  group: string,
): Promise<readonly CheckResult[]> {
  const wanted = before.filter(({ container }) => container.State.Health?.Status !== "unhealthy");
  let missing: readonly Running[] = wanted;
  await until(scene, async () => {
    const now = await scene.refresh();
    missing = wanted.filter(
      ({ container: { Name } }) =>
        !now.some(
          ({ container: { Name: name, State } }) =>
            name === Name && (State.Health === undefined || State.Health.Status === "healthy"),
        ),
    );
    return missing.length === 0;
  });
  return missing.map(({ service }) => ({
    group,
    outcome: "failed",
    service: service.name,
    what: `${service.name} was well before, and is not since others were interrupted`,
    fix: "Look at its log: gantry logs. It should bear that what it uses is away for a moment.",
  }));
}
