import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inspectContainer, restartContainer } from "../../engine/containers.ts";
import { execInContainer } from "../../engine/exec.ts";
import { runSidecar } from "../../engine/sidecar.ts";
import { keepers } from "./keepers.ts";
import type { CheckGroup, CheckResult, Running, Scene } from "./types.ts";

/** Longest wait for a service to notice, or to come back, in milliseconds. */
const patience = 60_000;

/** Asks until the answer is true; whether it became so in time. */
async function until(scene: Scene, ask: () => Promise<boolean>, limit = patience): Promise<boolean> {
  const end = Date.now() + limit;
  for (;;) {
    scene.signal.throwIfAborted();
    if (await ask().catch(() => false)) return true;
    if (Date.now() > end) return false;
    await sleep(250, undefined, { signal: scene.signal });
  }
}

const isWell = async (scene: Scene, id: string): Promise<boolean> => {
  const { State } = await inspectContainer(scene.engine, id, scene.signal);
  return State.Running && (State.Health === undefined || State.Health.Status === "healthy");
};

/** A container whose main process is killed comes back and gets well. */
export const comeback: CheckGroup = {
  name: "comeback",
  title: "What is killed comes back",
  disruptive: true,
  async run(scene) {
    if (scene.toolImage === undefined)
      return [{ group: "comeback", outcome: "skipped", what: "no image of the stack has bash to kill with" }];
    const results: CheckResult[] = [];
    for (const { service, container } of scene.running) {
      if (service.restart === "no") {
        results.push({
          group: "comeback",
          outcome: "skipped",
          service: service.name,
          what: `${service.name} is not restarted in this environment`,
        });
        continue;
      }
      const before = await inspectContainer(scene.engine, container.Id, scene.signal);
      // Killed as a crash would: `docker kill` would count as a wish, and the engine would leave it stopped.
      await runSidecar(scene.engine, {
        project: scene.blueprint.project,
        image: scene.toolImage,
        processes: "host",
        capabilities: ["KILL"],
        script: `kill -9 ${before.State.Pid ?? 0}`,
        signal: scene.signal,
      });
      const back = await until(scene, async () => {
        const now = await inspectContainer(scene.engine, container.Id, scene.signal);
        return now.State.StartedAt !== before.State.StartedAt && (await isWell(scene, container.Id));
      });
      results.push(
        back
          ? {
              group: "comeback",
              outcome: "ok",
              service: service.name,
              what: `${service.name} was killed and is well again`,
            }
          : {
              group: "comeback",
              outcome: "failed",
              service: service.name,
              what: `${service.name} was killed and did not get well within ${patience / 1000} s`,
              fix: "Look at its log: it may not start over what it left behind.",
            },
      );
    }
    return results;
  },
};

/** Each health answer tells the truth: it fails while a database is away, and recovers. */
export const honesty: CheckGroup = {
  name: "honesty",
  title: "Health answers tell the truth about databases",
  disruptive: true,
  async run(scene) {
    const results: CheckResult[] = [];
    const stores = scene.running.filter(
      ({ service }) => service.role === "database" || service.role === "cache",
    );
    for (const store of stores) {
      const users = scene.running.filter(
        ({ service }) => service.uses.includes(store.service.name) && service.health.probe.kind === "http",
      );
      if (users.length === 0) continue;
      await scene.engine.call({
        method: "POST",
        path: `/containers/${store.container.Id}/pause`,
        signal: scene.signal,
      });
      let told: readonly boolean[];
      try {
        told = await Promise.all(
          users.map((user) => until(scene, async () => saysUnwell(await ask(scene, user)), 25_000)),
        );
      } finally {
        // Whatever happened, and even when everything is being stopped: nothing stays paused.
        await scene.engine.call({ method: "POST", path: `/containers/${store.container.Id}/unpause` });
      }
      // The engine asks the store itself only every few seconds; it is left as well as it was found.
      await until(scene, async () => isWell(scene, store.container.Id));
      const recovered = await Promise.all(
        users.map((user) => until(scene, async () => !saysUnwell(await ask(scene, user)))),
      );
      for (const [index, { service }] of users.entries()) {
        const name = store.service.name;
        if (told[index] !== true) {
          results.push({
            group: "honesty",
            outcome: "failed",
            service: service.name,
            what: `${service.name} says that it is well while ${name} is away`,
            fix: `Let its health answer ask ${name}, with a time limit below the probe's.`,
          });
        } else if (recovered[index] !== true) {
          results.push({
            group: "honesty",
            outcome: "failed",
            service: service.name,
            what: `${service.name} does not recover after ${name} is back`,
            fix: "Let it connect again by itself.",
          });
        } else
          results.push({
            group: "honesty",
            outcome: "ok",
            service: service.name,
            what: `${service.name} says so while ${name} is away, and recovers`,
          });
      }
    }
    return results.length === 0
      ? [
          {
            group: "honesty",
            outcome: "skipped",
            what: "no service with an HTTP health answer uses a database",
          },
        ]
      : results;
  },
};

/** Runs the container's own probe once. */
async function ask(
  scene: Scene,
  { service, container }: Running,
): Promise<{ exitCode: number; output: string }> {
  const [kind, ...command] = service.health.test ?? [];
  const words = kind === "CMD-SHELL" ? ["/bin/sh", "-c", command.join(" ")] : command;
  const { exitCode, stdout, stderr } = await execInContainer(scene.engine, container.Id, {
    command: words,
    signal: scene.signal,
  });
  return { exitCode, output: `${stdout}${stderr}` };
}

/** A failing probe; or an answer that names something as missing, when a part may do without it. */
function saysUnwell({ exitCode, output }: { exitCode: number; output: string }): boolean {
  return exitCode !== 0 || /degraded|unhealthy|unavailable|"(failed|down|error|fail)"/i.test(output);
}

/** Data survives a restart and a re-creation of the container that holds it. */
export const durability: CheckGroup = {
  name: "durability",
  title: "Data survives restarts and re-creations",
  disruptive: true,
  async run(scene) {
    const results: CheckResult[] = [];
    for (const volume of Object.values(scene.blueprint.volumes)) {
      const owner = scene.running.find(({ service }) => service.name === volume.owner);
      if (owner === undefined) continue;
      const keeper = keepers[owner.service.backing?.part ?? ""] ?? keepers["volume"];
      if (keeper === undefined) continue;
      const mark = `gantry_verify_${randomBytes(6).toString("hex")}`;
      const failed = (when: string): CheckResult => ({
        group: "durability",
        outcome: "failed",
        service: owner.service.name,
        what: `what was written to ${owner.service.name} was gone after ${when}`,
        fix: `See where its data lies, and whether ${volume.name} is mounted there.`,
      });
      const fresh = async (): Promise<Running> =>
        (await scene.refresh()).find(({ service }) => service.name === volume.owner) ?? owner;
      const well = async (): Promise<boolean> =>
        until(scene, async () => isWell(scene, (await fresh()).container.Id), 120_000);
      await keeper.write(scene, owner, volume.name, mark);
      try {
        await restartContainer(scene.engine, owner.container.Id, scene.signal);
        if (!(await well()) || !(await keeper.has(scene, await fresh(), volume.name, mark))) {
          results.push(failed("a restart"));
          continue;
        }
        await scene.recreate(volume.owner);
        results.push(
          (await well()) && (await keeper.has(scene, await fresh(), volume.name, mark))
            ? {
                group: "durability",
                outcome: "ok",
                service: owner.service.name,
                what: `${owner.service.name}: what was written is still there after a restart and a re-creation`,
              }
            : failed("a re-creation"),
        );
      } finally {
        await keeper.remove(scene, await fresh(), volume.name, mark).catch(() => {});
      }
    }
    return results.length === 0
      ? [{ group: "durability", outcome: "skipped", what: "nothing in this environment keeps data" }]
      : results;
  },
};
