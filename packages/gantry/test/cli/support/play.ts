// Plays a script of events in real time, to look at what a reporter makes of it:
//   node packages/gantry/test/cli/support/play.ts tty|plain|json up|fail [SPEED]
import { setTimeout as sleep } from "node:timers/promises";
import { steadyNow } from "../../../src/base/clock.ts";
import { palette, wantsColour } from "../../../src/cli/output/palette.ts";
import { type Format, makeReporter } from "../../../src/cli/output/reporter.ts";
import { Writer } from "../../../src/cli/output/writer.ts";
import { failingScript, upScript } from "./events.ts";

const [format = "tty", which = "up", speed = "1"] = process.argv.slice(2);
const events = which === "up" ? upScript() : failingScript();
const paint = palette(wantsColour(process.stderr.isTTY, process.env, false));
const writer = new Writer(process.stdout, process.stderr);
const reporter = makeReporter(format as Format, {
  writer,
  paint,
  quiet: false,
  rawLogs: false,
  handsOver: false,
});
let before = events[0]?.time ?? 0;
for (const event of events) {
  await sleep((event.time - before) / Number(speed));
  before = event.time;
  reporter.emit({ ...event, time: steadyNow() });
}
reporter.settle();
reporter.problems([]);
writer.showCursor();
