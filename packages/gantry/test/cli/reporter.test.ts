import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Event } from "../../src/base/events.ts";
import { palette } from "../../src/cli/output/palette.ts";
import { makeReporter, type Reporter } from "../../src/cli/output/reporter.ts";
import { Writer } from "../../src/cli/output/writer.ts";
import { begin, failingScript, script, upScript } from "./support/events.ts";
import { FakePipe, FakeTerminal } from "./support/screen.ts";

const none = palette(false);

/** Plays events on a clock of its own, frame by frame. */
function play(context: TestContext, reporter: Reporter, events: readonly Event[]): void {
  context.mock.timers.enable({ apis: ["setInterval", "Date"], now: begin });
  let now = begin;
  for (const event of events) {
    context.mock.timers.tick(event.time - now);
    now = event.time;
    reporter.emit(event);
  }
  context.mock.timers.tick(200);
}

function live(
  columns: number,
  rows: number,
  rawLogs = false,
): { terminal: FakeTerminal; reporter: Reporter } {
  const terminal = new FakeTerminal(columns, rows);
  const writer = new Writer(terminal, terminal);
  return {
    terminal,
    reporter: makeReporter("tty", {
      writer,
      paint: none,
      quiet: false,
      rawLogs,
      handsOver: false,
      now: () => Date.now(),
    }),
  };
}

function piped(
  format: "plain" | "json",
  quiet = false,
): { out: FakePipe; err: FakePipe; reporter: Reporter } {
  const [out, err] = [new FakePipe(), new FakePipe()];
  const writer = new Writer(out, err);
  return {
    out,
    err,
    reporter: makeReporter(format, { writer, paint: none, quiet, rawLogs: false, handsOver: false }),
  };
}

test("tty: in the middle of it, the screen shows what runs and what waits", (context) => {
  const { terminal, reporter } = live(60, 30);
  play(context, reporter, upScript(6200));
  assert.equal(
    terminal.text.replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, "*"),
    `Images
  ✓ api       built                                   4.3 s
  ✓ web       unchanged

Services
  ✓ db        healthy                                 1.1 s
  ✓ cache     healthy                                 0.4 s
  * migrate   running
  · api-1     waiting for migrate and cache
  · edge      waiting for api`,
  );
});

test("tty: at the end everything stays, once, also what a low terminal had folded", (context) => {
  const { terminal, reporter } = live(60, 10);
  play(context, reporter, upScript());
  assert.equal(
    terminal.text,
    `Images
  ✓ api       built                                   4.3 s
  ✓ web       unchanged

Services
  ✓ db        healthy                                 1.1 s
  ✓ cache     healthy                                 0.4 s
  ✓ migrate   done                                    0.8 s
  ✓ api-1     healthy                                 1.3 s
  ✓ edge      healthy                                 0.3 s`,
  );
});

test("tty: a failure shows on its line, and its problem below everything, once", (context) => {
  const { terminal, reporter } = live(80, 30);
  play(context, reporter, failingScript());
  reporter.problems(
    failingScript().flatMap((event) => (event.kind === "finished" ? (event.problems ?? []) : [])),
  );
  const [screenText, problemText] = terminal.text.split("\n\nerror ");
  assert.match(screenText ?? "", /✗ api-1 +exit code 1 +0\.5 s/);
  assert.match(problemText ?? "", /^GTY5001 {2}api-1 ended with exit code 1/);
  assert.match(problemText ?? "", /│ Error: connect ECONNREFUSED/);
  assert.equal(terminal.text.match(/GTY5001/g)?.length, 1);
});

test("tty: resized in the middle, it draws itself anew without remains", (context) => {
  const { terminal, reporter } = live(80, 30);
  play(context, reporter, upScript(6200));
  terminal.resize(44);
  for (const line of terminal.text.split("\n")) assert.ok(line.length < 44, line);
  assert.equal(terminal.text.match(/Services/g)?.length, 1);
});

test("tty: lines of a service that are to be seen stand above the region", (context) => {
  const { terminal, reporter } = live(60, 20);
  const events = script()
    .started(0, "operation", "watch", "watch")
    .started(0, "service", "service:api", "api", "watch")
    .progress(10, "service:api", "running")
    .log(500, "service:api", "listening")
    .log(600, "watch", "synced src/app.ts").events;
  play(context, reporter, events);
  assert.match(terminal.text, /^api \| listening\nsynced src\/app\.ts\nServices\n {2}. api +running/);
});

test("tty: what Ctrl-C began is said below", (context) => {
  const { terminal, reporter } = live(60, 20);
  play(context, reporter, upScript(6200));
  reporter.notice("Stopping what this run started.");
  assert.ok(terminal.text.endsWith("\n\nStopping what this run started."));
});

test("tty: when another program gets the terminal, what was started stays above and nothing is drawn any more", (context) => {
  const terminal = new FakeTerminal(60, 20);
  const writer = new Writer(terminal, terminal);
  const reporter = makeReporter("tty", {
    writer,
    paint: none,
    quiet: false,
    rawLogs: false,
    handsOver: true,
  });
  const events = script()
    .started(0, "operation", "run", "run api")
    .started(10, "service", "service:db", "db", "run")
    .progress(20, "service:db", "starting")
    .finished(500, "service:db", "ok", "healthy").events;
  play(context, reporter, events);
  assert.equal(terminal.text, "Services\n  ✓ db        healthy                                 0.5 s");
  const before = terminal.raw;
  context.mock.timers.tick(5000);
  assert.equal(terminal.raw, before);
});

test("tty: what the operation itself does stands below its parts, until one of them moves on", (context) => {
  const { terminal, reporter } = live(60, 30);
  const stopping = script(upScript(6200)).progress(6300, "up", "taking back what this run began").events;
  play(context, reporter, stopping);
  assert.ok(terminal.text.endsWith("\n\n  taking back what this run began…"));
});

test("tty: before the tests' first line, what is ready moves up for good", (context) => {
  const { terminal, reporter } = live(60, 20, true);
  const events = script()
    .started(0, "operation", "test", "test")
    .started(0, "service", "service:db", "db", "test")
    .finished(900, "service:db", "ok", "healthy")
    .started(1000, "job", "service:tests", "tests", "test")
    .progress(1000, "service:tests", "running")
    .log(2500, "service:tests", "ok 1")
    .log(2600, "service:tests", "ok 2").events;
  play(context, reporter, events);
  assert.equal(
    terminal.text.replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, "*"),
    `Services
  ✓ db        healthy                                 0.9 s

ok 1
ok 2

Services
  * tests     running                                   1 s`,
  );
});

test("tests' own output goes to stdout and stderr as it is", () => {
  const [out, err] = [new FakePipe(), new FakePipe()];
  const reporter = makeReporter("plain", {
    writer: new Writer(out, err),
    paint: none,
    quiet: false,
    rawLogs: true,
    handsOver: false,
  });
  const events = script()
    .started(0, "job", "service:tests", "tests")
    .log(1, "service:tests", "\u001b[32mok 1\u001b[0m").events;
  for (const event of events) reporter.emit(event);
  assert.equal(out.text, "\u001b[32mok 1\u001b[0m\n");
  assert.equal(err.text, "");
});

test("plain: build output stays away until a step fails, then the problem shows it", () => {
  const { out, err, reporter } = piped("plain");
  const problem = { code: "GTY4001", what: "the image api did not build" };
  const events = script()
    .started(0, "image", "image:api", "api")
    .started(0, "step", "image:api/1", "RUN make", "image:api")
    .log(5, "image:api/1", "make: *** No rule")
    .finished(10, "image:api/1", "failed", "exit code 2", [problem])
    .finished(10, "image:api", "failed", "failed", [problem]).events;
  for (const event of events) reporter.emit(event);
  assert.doesNotMatch(err.text, /No rule/);
  reporter.problems([problem]);
  assert.ok(err.text.endsWith("\nerror GTY4001  the image api did not build\n       │ make: *** No rule\n"));
  assert.equal(out.text, "");
});

test("plain: warnings are printed as they come", () => {
  const { err, reporter } = piped("plain");
  const events = script()
    .started(0, "image", "image:api", "api")
    .warning(1, "image:api", { code: "GTY4100", what: "too large" }).events;
  for (const event of events) reporter.emit(event);
  assert.equal(err.text, "warning GTY4100  too large\n");
});

test("quiet prints no progress and no warnings, and still every problem", () => {
  const { err, reporter } = piped("plain", true);
  for (const event of failingScript()) reporter.emit(event);
  assert.equal(err.text, "");
  reporter.problems([]);
  assert.match(err.text, /^error GTY5001/);
});

test("json: every event is a line, nothing else is printed", () => {
  const { out, err, reporter } = piped("json");
  for (const event of failingScript()) reporter.emit(event);
  reporter.problems([{ code: "GTY1", what: "x" }]);
  assert.deepEqual(
    out.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    failingScript(),
  );
  assert.equal(err.text, "");
});
