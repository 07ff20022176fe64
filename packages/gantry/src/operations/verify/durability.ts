import { randomBytes } from "node:crypto";
import { describeUnknown } from "../../base/errors.ts";
import { restartContainer } from "../../engine/containers.ts";
import { type Keeper, keepers } from "./keepers.ts";
import type { CheckGroup, CheckResult, Running, Scene } from "./types.ts";
import { isWell, until } from "./wait.ts";

/** A mark in one volume of one service. */
interface Kept extends Running {
  readonly volume: string;
  readonly mark: string;
  readonly keeper: Keeper;
}

/** Longest wait for a server that starts over its data, in milliseconds. */
const longestStart = 120_000;

/** Data survives a restart and a re-creation of the container that holds it. */
export const durability: CheckGroup = {
  name: "durability",
  title: "Data survives restarts and re-creations",
  disruptive: true,
  async run(scene) {
    const kept = Object.values(scene.blueprint.volumes).flatMap((volume): readonly Kept[] => {
      const owner = scene.running.find(({ service }) => service.name === volume.owner);
      if (owner === undefined) return [];
      return [
        {
          ...owner,
          volume: volume.name,
          mark: `gantry_verify_${randomBytes(6).toString("hex")}`,
          keeper: keepers[owner.service.backing?.part ?? ""] ?? keepers.volume,
        },
      ];
    });
    if (kept.length === 0)
      return [{ group: "durability", outcome: "skipped", what: "nothing in this environment keeps data" }];
    return survivors(scene, kept);
  },
};

/** All at once, as when the machine starts anew: each restart takes seconds. */
async function survivors(scene: Scene, all: readonly Kept[]): Promise<readonly CheckResult[]> {
  const lost = new Map<Kept, CheckResult>();
  const fail = (one: Kept, what: string, fix: string): void => {
    if (lost.has(one)) return;
    lost.set(one, { group: "durability", outcome: "failed", service: one.service.name, what, fix });
  };
  const fresh = async (one: Kept): Promise<Running> =>
    (await scene.refresh()).find(({ service }) => service.name === one.service.name) ?? one;
  const look = (after: string): Promise<unknown> =>
    Promise.all(
      all.map(async (one) => {
        const well = await until(
          scene,
          async () => isWell(scene, (await fresh(one)).container.Id),
          longestStart,
        );
        const has =
          well && (await one.keeper.has(scene, await fresh(one), one.volume, one.mark).catch(() => false));
        if (!has)
          fail(
            one,
            `what was written to ${one.service.name} was gone after ${after}`,
            `See where its data lies, and whether ${one.volume} is mounted there.`,
          );
      }),
    );
  const services = [...new Set(all.map(({ service }) => service.name))];
  try {
    await Promise.all(
      all.map((one) =>
        one.keeper.write(scene, one, one.volume, one.mark).catch((error: unknown) => {
          scene.signal.throwIfAborted();
          fail(
            one,
            `nothing could be written to ${one.service.name}: ${describeUnknown(error)}`,
            "Look at its log.",
          );
        }),
      ),
    );
    await Promise.all(
      [...new Set(all.map(({ container }) => container.Id))].map((id) =>
        restartContainer(scene.engine, id, scene.signal),
      ),
    );
    await look("a restart");
    await scene.recreate(services);
    await look("a re-creation");
  } finally {
    for (const one of all)
      await one.keeper.remove(scene, await fresh(one), one.volume, one.mark).catch(() => {});
  }
  return all.map(
    (one): CheckResult =>
      lost.get(one) ?? {
        group: "durability",
        outcome: "ok",
        service: one.service.name,
        what: `${one.service.name}: what was written to ${one.volume} is still there after a restart and a re-creation`,
      },
  );
}
