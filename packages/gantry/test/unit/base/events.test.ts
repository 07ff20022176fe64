import assert from "node:assert/strict";
import { test } from "node:test";
import { type Event, startTask } from "../../../src/base/events.ts";

test("a task says what is new, and ends once", () => {
  const events: Event[] = [];
  const task = startTask((event) => events.push(event), "service", "service:api", "api");
  task.progress("starting");
  task.progress("starting");
  task.progress("pulling", 0.1);
  task.progress("pulling", 0.1);
  task.progress("pulling", 0.2);
  task.progress("starting");
  task.finish("ok", "well");
  task.finish("failed", "late");
  assert.deepEqual(
    events.map((event) => ("state" in event ? `${event.kind} ${event.state}` : event.kind)),
    [
      "started",
      "progress starting",
      "progress pulling",
      "progress pulling",
      "progress starting",
      "finished well",
    ],
  );
});
