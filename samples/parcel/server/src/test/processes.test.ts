import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createParcel, findParcel } from "../parcels/repository.ts";
import { type AdvanceJob, openQueue, queueNames, queueNextStep } from "../queue/queues.ts";
import { openEnvironment, type TestEnvironment, until } from "./environment.ts";

interface Process extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

function startProcess(name: string, variables: Record<string, string>): Process {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../${name}.js`, import.meta.url))], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    ended,
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}

async function withHeartbeat(
  run: (
    environment: TestEnvironment,
    variables: { NAMESPACE: string; HEARTBEAT_FILE: string },
  ) => Promise<void>,
): Promise<void> {
  await using environment = await openEnvironment();
  const folder = await mkdtemp(join(tmpdir(), "parcel-processes-"));
  try {
    await run(environment, { NAMESPACE: environment.namespace, HEARTBEAT_FILE: join(folder, "alive") });
  } finally {
    await rm(folder, { recursive: true });
  }
}

suite("processes", { timeout: 120_000 }, () => {
  test("a worker that is told to stop finishes its job, leaves the next one, and removes its heartbeat", () =>
    withHeartbeat(async ({ database, queueRedis, namespace, onError }, variables) => {
      const queue = openQueue<AdvanceJob>(queueNames.parcels, queueRedis, namespace, onError);
      const parcel = { sender: "Ada", recipient: "Grace", description: "A book", createdBy: null };
      const { number, status } = await createParcel(database, parcel);
      await using worker = startProcess("worker", {
        ...variables,
        METRICS_PORT: "0",
        STEP_MILLISECONDS: "1000",
      });
      await until(() => existsSync(variables.HEARTBEAT_FILE));
      await queueNextStep(queue, { number, after: status });
      await until(async () => (await queue.getActiveCount()) === 1);
      worker.child.kill("SIGTERM");
      assert.equal(await worker.ended, 0, worker.output());
      assert.ok(!existsSync(variables.HEARTBEAT_FILE));
      const found = await findParcel(database, number);
      assert.deepEqual(
        found?.events.map((event) => event.status),
        ["accepted", "sorted"],
      );
      assert.equal(await queue.getActiveCount(), 0);
      assert.equal(await queue.getWaitingCount(), 1);
      await queue.close();
    }));

  test("a scheduler hands its ticks to a worker, and both end in order", () =>
    withHeartbeat(async ({ database }, variables) => {
      await using scheduler = startProcess("scheduler", variables);
      await using worker = startProcess("worker", {
        ...variables,
        METRICS_PORT: "0",
        HEARTBEAT_FILE: `${variables.HEARTBEAT_FILE}-worker`,
      });
      const historyLength = async (): Promise<number> =>
        (await database.query("SELECT 1 FROM queue_history")).rows.length;
      await until(async () => (await historyLength()) > 0);
      for (const { child } of [scheduler, worker]) child.kill("SIGTERM");
      assert.deepEqual(
        [await scheduler.ended, await worker.ended],
        [0, 0],
        scheduler.output() + worker.output(),
      );
    }));

  test("a process without its settings says all that is missing, and ends with 1", async () => {
    await using api = startProcess("api", {
      DATABASE_URL: "nonsense",
      SESSION_KEY_FILE: "/nowhere/session-key",
      QUEUE_URL: "redis://queue:6379/0",
    });
    assert.equal(await api.ended, 1);
    const line = JSON.parse(api.output()) as { level: string; problems: { key: string }[] };
    assert.equal(line.level, "fatal");
    const keys = line.problems.map(({ key }) => key);
    assert.ok(keys.includes("databaseUrl") && keys.includes("sessionKey"), keys.join());
  });
});
