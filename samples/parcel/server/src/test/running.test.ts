import assert from "node:assert/strict";
import { test } from "node:test";
import { trackRunningJobs } from "../queue/running.ts";

test("jobs are known while they run, and stuck when they run for too long", async () => {
  let time = 0;
  const jobs = trackRunningJobs(100, () => time);
  const gate = Promise.withResolvers<string>();
  const work = jobs.track("first", () => gate.promise);
  time = 100;
  assert.deepEqual([jobs.names(), jobs.stuck()], [["first"], false]);
  time = 101;
  assert.equal(jobs.stuck(), true);
  gate.resolve("done");
  assert.equal(await work, "done");
  assert.deepEqual([jobs.names(), jobs.stuck()], [[], false]);
});

test("a job that throws is over too", async () => {
  const jobs = trackRunningJobs(100);
  await assert.rejects(
    jobs.track("first", () => Promise.reject(new Error("broken"))),
    /broken/,
  );
  assert.deepEqual(jobs.names(), []);
});
