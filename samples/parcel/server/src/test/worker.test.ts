import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Processor, type Queue, Worker } from "bullmq";
import { newTrackingNumber, type Status } from "../parcels/parcel.ts";
import { createParcel, findParcel } from "../parcels/repository.ts";
import { advance, type Carrier, simulatedCarrier } from "../queue/advance.ts";
import {
  type AdvanceJob,
  openQueue,
  queueForgottenStep,
  queueNames,
  queueNextStep,
} from "../queue/queues.ts";
import { openEnvironment, type TestEnvironment, until } from "./environment.ts";

const parcel = { sender: "Ada", recipient: "Grace", description: "A book", createdBy: null };
const willing: Carrier = { carry: () => Promise.resolve() };

interface Line extends AsyncDisposable {
  readonly environment: TestEnvironment;
  readonly queue: Queue<AdvanceJob>;
  /** Begins to work; with the pauses between attempts left out. */
  work(processor: Processor<AdvanceJob>, concurrency?: number): Worker<AdvanceJob>;
  statuses(number: string): Promise<readonly Status[]>;
}

async function openLine(): Promise<Line> {
  const environment = await openEnvironment();
  const { queueRedis: connection, prefix, namespace, database } = environment;
  const queue = openQueue<AdvanceJob>(queueNames.parcels, connection, namespace, environment.onError);
  const workers: Worker[] = [];
  return {
    environment,
    queue,
    work: (processor, concurrency = 1) => {
      const settings = { backoffStrategy: () => 0 };
      const worker = new Worker(queueNames.parcels, processor, { connection, prefix, concurrency, settings });
      workers.push(worker);
      return worker;
    },
    statuses: async (number) =>
      (await findParcel(database, number))?.events.map(({ status }) => status) ?? [],
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await queue.close();
      await environment[Symbol.asyncDispose]();
    },
  };
}

suite("the journey of a parcel", () => {
  test("leads through all steps, in order", async () => {
    await using line = await openLine();
    const { database } = line.environment;
    const { number, status } = await createParcel(database, parcel);
    line.work((job) => advance(job.data, { database, queue: line.queue, carrier: willing }));
    await queueNextStep(line.queue, { number, after: status });
    await until(async () => (await line.statuses(number)).length === 5);
    assert.deepEqual(await line.statuses(number), [
      "accepted",
      "sorted",
      "in transit",
      "out for delivery",
      "delivered",
    ]);
  });

  test("goes on when the carrier does not answer at first", async () => {
    await using line = await openLine();
    const { database } = line.environment;
    const { number } = await createParcel(database, parcel);
    let calls = 0;
    const carrier: Carrier = {
      carry: async () => {
        calls += 1;
        if (calls <= 2) throw new Error("the carrier does not answer");
      },
    };
    const worker = line.work((job) => advance(job.data, { database, queue: line.queue, carrier }));
    worker.on("error", () => undefined);
    await queueNextStep(line.queue, { number, after: "out for delivery" });
    await until(async () => (await line.statuses(number)).includes("delivered"));
    assert.equal(calls, 3);
  });

  test("takes a step once, however often its job is queued or run", async () => {
    await using line = await openLine();
    const { database } = line.environment;
    const { number } = await createParcel(database, parcel);
    const job: AdvanceJob = { number, after: "accepted" };
    await Promise.all([1, 2, 3].map(() => queueNextStep(line.queue, job)));
    assert.equal(await line.queue.getWaitingCount(), 1);
    const tools = { database, queue: line.queue, carrier: willing };
    await Promise.all([advance(job, tools), advance(job, tools)]);
    assert.deepEqual(await line.statuses(number), ["accepted", "sorted"]);
  });

  test("goes on after its job failed for good, or was lost", async () => {
    await using line = await openLine();
    const { number } = await createParcel(line.environment.database, parcel);
    const job: AdvanceJob = { number, after: "accepted" };
    await line.queue.add("advance", job, { jobId: `${number}-sorted`, attempts: 1 });
    const failing = line.work(() => Promise.reject(new Error("broken")));
    await until(async () => (await line.queue.getFailedCount()) === 1);
    await failing.close();
    await queueForgottenStep(line.queue, job);
    assert.equal(await line.queue.getWaitingCount(), 1);
    await line.queue.obliterate({ force: true });
    await queueForgottenStep(line.queue, job);
    assert.equal(await line.queue.getWaitingCount(), 1);
  });
});

test("200 jobs run at once", async () => {
  await using line = await openLine();
  const full = Promise.withResolvers<void>();
  let running = 0;
  let done = 0;
  // Nobody leaves before all are there: with less room this would never end.
  line.work(async () => {
    running += 1;
    if (running === 200) full.resolve();
    await full.promise;
    done += 1;
  }, 200);
  const jobs = Array.from({ length: 200 }, () => ({
    name: "advance",
    data: { number: newTrackingNumber(), after: "accepted" as const },
  }));
  await line.queue.addBulk(jobs);
  await until(() => done === 200);
});

test("the simulated carrier fails as often as it is told", async () => {
  await assert.doesNotReject(simulatedCarrier(0, 0).carry("PX", "Depot"));
  await assert.rejects(simulatedCarrier(0, 1, () => 0.5).carry("PX", "Depot"), /does not answer/);
});
