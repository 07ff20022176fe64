import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startLoad } from "../../../../testbed/load.ts";
import type { Event } from "../../src/base/events.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "1s", "--watch", "1s"];
const hour = 3_600_000;

/** The command's own clock jumps a day ahead and a day back, four times a second, through everything that it does. */
describe("a clock that jumps in the middle", () => {
  let yard: Yard;
  before(async () => {
    yard = await layYard({ extra: 'secrets: ["API_KEY"],' });
    yard.env["NODE_OPTIONS"] = `--import=${new URL("ship/jumping-clock.ts", import.meta.url)}`;
    const { out } = await yard.run(
      "--eval",
      "setInterval(() => console.log(new Date().getTime() - (performance.timeOrigin + performance.now()) > 8e7), 50); setTimeout(process.exit, 2000)",
    );
    assert.match(out, /true/, "it jumps");
    assert.match(out, /false/, "and jumps back");
    yard.env["XDG_CONFIG_HOME"] = join(yard.root, ".config");
    await yard.sure("secrets", "init", "--env", "production");
    yard.write("words.env", "API_KEY=first-key-1f0c55\n");
    await yard.sure("secrets", "import", "words.env", "--env", "production");
    await yard.sure("deploy", ...quick);
  });
  after(async () => yard?.[Symbol.asyncDispose]());

  /** Runs it with events as JSON; no span of time in them is less than nothing or nearly as long as a jump. */
  async function steadily(...args: readonly string[]): Promise<readonly Event[]> {
    const out = await yard.sure(...args, "--format", "json");
    const events = out
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Event);
    const spans = events.flatMap((event) => (event.kind === "finished" ? [event.durationMs] : []));
    assert.ok(spans.length > 0);
    assert.deepEqual(
      spans.filter((span) => span < 0 || span > hour),
      [],
    );
    const times = events.flatMap((event) => ("time" in event ? [event.time] : []));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      "events come in the order of their times",
    );
    return events;
  }

  test("a deploy, a rollback, a scale and a changed secret under load", async () => {
    await using load = startLoad({
      url: yard.url,
      clients: { get: 2, "get-new": 2, post: 1, websocket: 1, events: 1 },
      pauseMs: 10,
    });
    yard.version("v2");
    await steadily("deploy", ...quick);
    assert.equal(await yard.ask(), "v2");
    await steadily("rollback", ...quick);
    assert.equal(await yard.ask(), "v1");
    await steadily("scale", "api=3", ...quick);
    await steadily("secrets", "rotate", "API_KEY", "--env", "production");
    assert.doesNotMatch(
      await yard.sure("secrets", "get", "API_KEY", "--reveal", "--env", "production"),
      /first-key/,
    );
    const { failures } = await load.stop();
    assert.deepEqual(failures, []);
  });

  test("what fails is given up after its time, neither at once nor never, and is taken back", async () => {
    yard.version("broken", "never ready");
    yard.stack({ extra: 'secrets: ["API_KEY"],', startPeriod: "4s" });
    const old = await yard.ask();
    const begun = performance.now();
    const { code, out } = await yard.gantry("deploy", ...quick);
    assert.equal(code, 6, out);
    assert.match(out, /GTY6001.*did not get ready within 10 s|GTY5004/);
    assert.ok(performance.now() - begun > 4000);
    assert.equal(await yard.ask(), old);
    yard.version("v3");
    await steadily("deploy", ...quick);
  });

  test("the history has generations in their order, with believable spans, and a second run is told who is busy", async () => {
    const { generations } = (
      JSON.parse(await yard.sure("history", "--format", "json")) as {
        readonly result: {
          readonly generations: readonly { readonly generation: number; readonly durationMs: number }[];
        };
      }
    ).result;
    assert.deepEqual(
      generations.map(({ generation }) => generation).toSorted((a, b) => a - b),
      generations.map((_, i) => i + 1),
    );
    assert.deepEqual(
      generations.filter(({ durationMs }) => durationMs < 0 || durationMs > hour),
      [],
    );
    yard.version("v4");
    let second: Promise<{ readonly code: number; readonly out: string }> | undefined;
    const first = await yard.watch(["deploy", ...quick, "--format", "json"], (line) => {
      if (line.includes('"new containers are made"')) second ??= yard.gantry("deploy");
    });
    assert.equal(first.code, 0, first.out);
    const refused = await second;
    assert.notEqual(refused?.code, 0);
    assert.match(refused?.out ?? "", /GTY5012[\s\S]*gantry deploy of \S+ \(process \d+/);
    assert.equal(await yard.ask(), "v4");
  });
});
