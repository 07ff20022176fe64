import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../../../../testbed/sample.ts";
import { layYard, type Yard } from "./ship/yard.ts";

let yard: Yard;
before(async () => {
  yard = await layYard({
    replicas: 1,
    startPeriod: "2s",
    services:
      'nurse: supervisor({ services: ["api"], patience: "1s", firstPause: "4s", longestPause: "1m" }),',
  });
  await yard.sure("deploy");
});
after(async () => yard?.[Symbol.asyncDispose]());

const startedAt = (): Promise<string> =>
  yard.docker("inspect", "--format", "{{.State.StartedAt}}", `${yard.name}-production-api-1`);

/** Makes the service unhealthy for good, and waits until something starts it again. */
async function fallIll(): Promise<void> {
  const before = await startedAt();
  await yard.ask("/ill");
  await until(startedAt, (now) => now !== before);
  await until(
    () => yard.ask(),
    (text) => text === "v1",
    30,
  );
}

test("what runs and stays unhealthy is restarted, each time after a longer pause", async () => {
  await fallIll();
  await fallIll();
  const logs = await yard.docker("logs", `${yard.name}-production-nurse-1`);
  const restarts = logs
    .split("\n")
    .filter((line) => line.includes("restarting"))
    .map((line) => JSON.parse(line) as { restarts: number; pauseSeconds: number; container: string });
  assert.deepEqual(
    restarts.map(({ restarts, pauseSeconds, container }) => [restarts, pauseSeconds, container]),
    [
      [1, 4, `${yard.name}-production-api-1`],
      [2, 8, `${yard.name}-production-api-1`],
    ],
  );
});

test("it has the socket and no network", async () => {
  const [about] = JSON.parse(await yard.docker("inspect", `${yard.name}-production-nurse-1`)) as readonly {
    readonly HostConfig: {
      readonly NetworkMode: string;
      readonly ReadonlyRootfs: boolean;
      readonly CapDrop: readonly string[];
    };
  }[];
  assert.equal(about?.HostConfig.NetworkMode, "none");
  assert.equal(about?.HostConfig.ReadonlyRootfs, true);
  assert.deepEqual(about?.HostConfig.CapDrop, ["ALL"]);
});
