import { inspectContainer, startContainer } from "../../engine/containers.ts";
import { cutOff } from "../../engine/cut-off.ts";
import { execInContainer } from "../../engine/exec.ts";
import { runSidecar } from "../../engine/sidecar.ts";
import type { CheckGroup, CheckResult, Running, Scene } from "./types.ts";
import { isStore, isWell, patience, until, waves } from "./wait.ts";

/** A container whose main process is killed comes back and gets well. */
export const comeback: CheckGroup = {
  name: "comeback",
  title: "What is killed comes back",
  disruptive: true,
  async run(scene) {
    const image = scene.toolImage;
    if (image === undefined)
      return [{ group: "comeback", outcome: "skipped", what: "no image of the stack has bash to kill with" }];
    const results: CheckResult[] = [];
    for (const wave of waves(scene.running))
      results.push(...(await Promise.all(wave.map((one) => killed(scene, image, one)))));
    return results;
  },
};

async function killed(scene: Scene, image: string, { service, container }: Running): Promise<CheckResult> {
  const result = (outcome: CheckResult["outcome"], what: string, fix?: string): CheckResult => ({
    group: "comeback",
    outcome,
    service: service.name,
    what,
    ...(fix === undefined ? {} : { fix }),
  });
  if (service.restart === "no")
    return result("skipped", `${service.name} is not restarted in this environment`);
  const before = await inspectContainer(scene.engine, container.Id, scene.signal);
  // Killed as a crash would: `docker kill` would count as a wish, and the engine would leave it stopped.
  const kill = await runSidecar(scene.engine, {
    project: scene.blueprint.project,
    image,
    processes: "host",
    capabilities: ["KILL"],
    script: `kill -9 ${before.State.Pid ?? 0}`,
    signal: scene.signal,
  });
  if (kill.exitCode !== 0)
    return result("failed", `${service.name} could not be killed: ${kill.output}`, "Look whether it runs.");
  let left = false;
  const back = await until(scene, async () => {
    const { State } = await inspectContainer(scene.engine, container.Id, scene.signal);
    // Whom the engine restarts is `restarting` in between: who has exited stays so.
    left = State.Status === "exited" || State.Status === "dead";
    return left || (State.StartedAt !== before.State.StartedAt && (await isWell(scene, container.Id)));
  });
  if (left) {
    await startContainer(scene.engine, container.Id, scene.signal);
    return result(
      "failed",
      `${service.name} was killed and nobody started it again`,
      `Its container has no restart policy, and should have \`${service.restart}\`: gantry up makes it anew.`,
    );
  }
  return back
    ? result("ok", `${service.name} was killed and is well again`)
    : result(
        "failed",
        `${service.name} was killed and did not get well within ${patience / 1000} s`,
        "Look at its log: it may not start over what it left behind.",
      );
}

/** Longest that a health answer may go on saying that all is well, in milliseconds. */
const longestLie = 15_000;

/** Each health answer tells the truth: it fails while a database is away, and recovers. */
export const honesty: CheckGroup = {
  name: "honesty",
  title: "Health answers tell the truth about databases",
  disruptive: true,
  async run(scene) {
    const results: CheckResult[] = [];
    for (const store of scene.running.filter(({ service }) => isStore(service))) {
      const users = scene.running.filter(
        ({ service }) => service.uses.includes(store.service.name) && service.health.probe.kind === "http",
      );
      results.push(...(await withoutStore(scene, store, users)));
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

async function withoutStore(
  scene: Scene,
  store: Running,
  users: readonly Running[],
): Promise<readonly CheckResult[]> {
  if (users.length === 0) return [];
  const unwell = (user: Running): Promise<boolean> => ask(scene, user).then(saysUnwell);
  // Who is unwell anyway would seem to notice.
  const wellBefore = await Promise.all(users.map((user) => until(scene, async () => !(await unwell(user)))));
  let told: readonly boolean[];
  const putBack = await cutOff(scene.engine, store.container, scene.signal);
  try {
    told = await Promise.all(users.map((user) => until(scene, () => unwell(user), longestLie)));
  } finally {
    // Whatever happened, and even when everything is being stopped: nothing stays cut off.
    await putBack();
  }
  const recovered = await Promise.all(users.map((user) => until(scene, async () => !(await unwell(user)))));
  const name = store.service.name;
  return users.map(({ service }, index): CheckResult => {
    const failed = (what: string, fix: string): CheckResult => ({
      group: "honesty",
      outcome: "failed",
      service: service.name,
      what: `${service.name} ${what}`,
      fix,
    });
    if (wellBefore[index] !== true)
      return failed(
        `says that something is missing although ${name} is there`,
        "Ask its health answer what it misses.",
      );
    if (told[index] !== true)
      return failed(
        `says that it is well while ${name} is away`,
        `Let its health answer ask ${name}, with a time limit below the probe's.`,
      );
    if (recovered[index] !== true)
      return failed(`does not recover after ${name} is back`, "Let it connect again by itself.");
    return {
      group: "honesty",
      outcome: "ok",
      service: service.name,
      what: `${service.name} says so while ${name} is away, and recovers`,
    };
  });
}

/** Runs the container's own probe once; one that takes longer than the engine would wait has failed, as with the engine. */
async function ask(
  scene: Scene,
  { service, container }: Running,
): Promise<{ exitCode: number; output: string }> {
  const [kind, ...command] = service.health.test ?? [];
  const words = kind === "CMD-SHELL" ? ["/bin/sh", "-c", command.join(" ")] : command;
  // A controller of its own: signals that are made of others have been forgotten while something still waited on them.
  const late = new AbortController();
  const overdue = Promise.withResolvers<{ exitCode: number; output: string }>();
  const stop = (): void => {
    overdue.reject(scene.signal.reason);
    late.abort();
  };
  const timer = setTimeout(() => {
    overdue.resolve({ exitCode: 1, output: "no answer in time" });
    late.abort();
  }, service.health.timeoutMs);
  scene.signal.addEventListener("abort", stop, { once: true });
  const answer = execInContainer(scene.engine, container.Id, { command: words, signal: late.signal }).then(
    ({ exitCode, stdout, stderr }) => ({ exitCode, output: `${stdout}${stderr}` }),
  );
  try {
    return await Promise.race([answer, overdue.promise]);
  } finally {
    clearTimeout(timer);
    scene.signal.removeEventListener("abort", stop);
    answer.catch(() => {});
  }
}

/** A failing probe; or an answer that names something as missing, when a part may do without it. */
function saysUnwell({ exitCode, output }: { exitCode: number; output: string }): boolean {
  return exitCode !== 0 || /degraded|unhealthy|unavailable|"(failed|down|error|fail)"/i.test(output);
}
