import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startLoad } from "../../../../testbed/load.ts";
import type { Step } from "../../src/operations/ship/model.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const child = fileURLToPath(new URL("ship/die-at.ts", import.meta.url));
const steps: readonly Step[] = [
  "begun",
  "pinned",
  "created",
  "prepared",
  "started",
  "ready",
  "switching",
  "switched",
  "replaced",
  "drained",
  "stopped",
];
/** From here on the gateway has switched, and going forward is the shorter way. */
const switched = steps.indexOf("switched");

describe("a deploy whose process is killed leaves a stack that serves, and the next one puts it right", () => {
  let yard: Yard;
  before(async () => {
    yard = await layYard();
    await yard.sure("deploy");
  });
  after(async () => yard?.[Symbol.asyncDispose]());

  for (const [index, step] of steps.entries()) {
    test(`killed when it had written "${step}"`, async () => {
      const old = await yard.ask();
      await using load = startLoad({
        url: yard.url,
        clients: { get: 2, "get-new": 1, post: 2, "post-new": 1, websocket: 1, events: 1 },
        pauseMs: 10,
      });
      yard.version(`killed at ${step}`);
      assert.deepEqual(await yard.run(child, yard.root, step), { code: 137, out: step });
      const serves = index < switched ? old : `killed at ${step}`;
      assert.equal(await yard.ask(), serves);

      const { code, out } = await yard.gantry("deploy", "--soak", "300ms", "--watch", "0s");
      assert.equal(code, 0, out);
      assert.match(out, /GTY6010.*cut off/);
      assert.equal(await yard.ask(), `killed at ${step}`);
      const running = (await yard.running()).map((name) => name.replace(/-\d+$/, ""));
      assert.deepEqual(running, ["api", "api", "clock", "edge", "worker"]);
      assert.match(await yard.sure("history"), /\d+ serves/);

      const report = await load.stop();
      assert.deepEqual(report.failures, []);
      const known = new Set((await yard.ledger("orders-*")).split("\n"));
      assert.deepEqual(
        report.orders.filter((id) => !known.has(id)),
        [],
        "every order that was acknowledged is in the ledger",
      );
    });
  }

  test("the clock never ran twice at once", async () => {
    const notes = (await yard.ledger("clock"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { what: string; host: string; time: number });
    let present: string | undefined;
    for (const { what, host } of notes) {
      if (what === "begins") assert.equal(present, undefined, `${host} began while ${present} ran`);
      else assert.equal(host, present, `${host} ${what} while ${present} runs`);
      present = what === "ends" ? undefined : host;
    }
    assert.ok(notes.length > steps.length);
  });
});
