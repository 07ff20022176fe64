import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, type Board, emptyBoard } from "../../src/cli/output/board.ts";
import { nameColours, palette, wantsColour } from "../../src/cli/output/palette.ts";
import { plainLine, stamp } from "../../src/cli/output/plain.ts";
import { screen } from "../../src/cli/output/screen.ts";
import { fit, tame, width, wrap } from "../../src/cli/output/text.ts";
import { Writer } from "../../src/cli/output/writer.ts";
import { begin, failingScript, script, upScript } from "./support/events.ts";
import { FakePipe, FakeTerminal } from "./support/screen.ts";

const none = palette(false);
const board = (events: ReturnType<typeof upScript>): Board => events.reduce(advance, emptyBoard);
const at = (ms: number, columns = 60, rows = 40): string =>
  screen(board(upScript(ms)), { columns, rows, now: begin + ms, tick: 0, notice: undefined }, none)
    .map((line) => line.trimEnd())
    .join("\n");

test("while images build: the step that runs, what waits, whole seconds", () => {
  assert.equal(
    at(2500),
    `Images
  ⠋ api       RUN npm ci                                2 s
  · web       waiting for api`,
  );
});

test("while services start: what each waits for, and the time that it took itself", () => {
  assert.equal(
    at(6500),
    `Images
  ✓ api       built                                   4.3 s
  ✓ web       unchanged

Services
  ✓ db        healthy                                 1.1 s
  ✓ cache     healthy                                 0.4 s
  ⠋ migrate   running
  · api-1     waiting for migrate and cache
  · edge      waiting for api`,
  );
});

test("a job that waited shows only its own time", () => {
  assert.match(at(7000), /✓ migrate +done +0\.8 s/);
});

test("no line is ever wider than the terminal, and no region taller", () => {
  for (const columns of [30, 50, 80, 200]) {
    for (const rows of [8, 12, 24]) {
      for (const ms of [100, 2500, 6500, 8510]) {
        const lines = at(ms, columns, rows).split("\n");
        assert.ok(lines.length < rows, `${lines.length} lines of ${rows}`);
        for (const line of lines) assert.ok(width(line) < columns, line);
      }
    }
  }
});

test("on a low terminal what is done is folded first, and counted", () => {
  assert.equal(
    at(6500, 60, 12),
    `Images
  ✓ api       built                                   4.3 s
  ✓ web       unchanged

Services
  ⠋ migrate   running
  · api-1     waiting for migrate and cache
  · edge      waiting for api
  … 2 done`,
  );
});

test("a hundred services stay within twenty-four lines, and what failed stays in sight", () => {
  let many = script().started(0, "operation", "up", "up");
  for (let index = 0; index < 100; index += 1)
    many = many.started(0, "service", `service:${index}`, `service-${index}`, "up");
  const events = many.finished(10, "service:57", "failed", "exit code 1").events;
  const lines = screen(
    board(events),
    { columns: 80, rows: 24, now: begin, tick: 0, notice: "Stopping." },
    none,
  );
  assert.ok(lines.length < 24);
  assert.equal(lines.filter((line) => line.includes("✗ service-57")).length, 1);
  assert.ok(lines.includes("  … 83 more"), lines.join("\n"));
  assert.equal(lines.at(-1), "Stopping.");
});

test("an operation without parts shows its own state", () => {
  const events = script()
    .started(0, "operation", "up", "parcel-dev")
    .progress(5, "up", "waiting for another gantry up").events;
  assert.match(
    screen(board(events), { columns: 60, rows: 24, now: begin, tick: 0, notice: undefined }, none).join("\n"),
    /· parcel-dev +waiting for another gantry up/,
  );
});

test("plain: one line per change, in order, with seconds and what it took", () => {
  let seen = emptyBoard;
  const lines: string[] = [];
  for (const event of failingScript()) {
    const line = plainLine(event, seen, none);
    seen = advance(seen, event);
    if (line !== undefined) lines.push(`${stamp(event.time - begin)}  ${line}`);
  }
  assert.deepEqual(lines.slice(0, 8), [
    "   0.0s  up parcel-dev",
    "   0.0s  image    api  building",
    "   0.0s  image    web  waiting for api",
    "   2.9s  image    api  RUN npm ci  done  2.9 s",
    "   4.2s  image    api  RUN npm run build  done  1.3 s",
    "   4.3s  image    api  built  4.3 s",
    "   4.3s  image    web  building",
    "   4.9s  image    web  unchanged",
  ]);
  assert.deepEqual(lines.slice(-2), [
    "   7.4s  service  api-1  exit code 1  0.5 s",
    "   7.4s  service  edge  not started",
  ]);
});

test("text is measured as terminals do, and cut without breaking colours", () => {
  assert.equal(width("naïve"), 5);
  assert.equal(width("日本"), 4);
  assert.equal(width("\u001b[31mred\u001b[39m"), 3);
  assert.equal(fit("abcdef", 4), "abc…");
  assert.equal(fit("日本語", 4), "日…");
  assert.equal(fit("\u001b[31mabcdef\u001b[39m", 4), "\u001b[31mabc…\u001b[0m");
  assert.deepEqual(wrap("one two three", 8), ["one two", "three"]);
});

test("somebody else's output cannot move the cursor, ring the bell or colour what follows", () => {
  assert.equal(tame("\u001b[2J\u001b[1;1Hhello\u0007\u001b[31m red"), "hello red");
  assert.equal(tame("10 %\r50 %\r100 %"), "100 %");
  assert.equal(tame("a\tb\u0000c"), "a  bc");
});

test("colours: NO_COLOR and --no-color win, FORCE_COLOR comes next, then the terminal", () => {
  assert.equal(wantsColour(true, {}, false), true);
  assert.equal(wantsColour(true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false), false);
  assert.equal(wantsColour(true, { NO_COLOR: "" }, false), true);
  assert.equal(wantsColour(true, {}, true), false);
  assert.equal(wantsColour(false, { FORCE_COLOR: "1" }, false), true);
  assert.equal(wantsColour(true, { FORCE_COLOR: "0" }, false), false);
  assert.equal(wantsColour(true, { TERM: "dumb" }, false), false);
  assert.equal(wantsColour(false, {}, false), false);
});

test("neighbours among services have different colours, the same at each call", () => {
  const colours = nameColours(["web", "api", "db"], true);
  const shown = ["api", "db", "web"].map((name) => colours(name)("x"));
  assert.equal(new Set(shown).size, 3);
  assert.deepEqual(
    ["api", "db", "web"].map((name) => nameColours(["db", "web", "api"], true)(name)("x")),
    shown,
  );
});

test("the region is redrawn in place, lines of results go above it, and the cursor comes back", () => {
  const terminal = new FakeTerminal(40, 10);
  const writer = new Writer(terminal, terminal);
  writer.draw(["one", "two"]);
  writer.draw(["one", "two and a half", "three"]);
  assert.equal(terminal.text, "one\ntwo and a half\nthree");
  writer.result("above");
  assert.equal(terminal.text, "above\none\ntwo and a half\nthree");
  writer.draw(["one"]);
  writer.keep();
  writer.result("below");
  assert.equal(terminal.text, "above\none\nbelow");
  assert.ok(terminal.raw.lastIndexOf("\u001b[?25h") > terminal.raw.lastIndexOf("\u001b[?25l"));
});

test("a region that did not change is not written again", () => {
  const terminal = new FakeTerminal(40, 10);
  const writer = new Writer(terminal, terminal);
  writer.draw(["one"]);
  const before = terminal.raw;
  writer.draw(["one"]);
  assert.equal(terminal.raw, before);
});

test("a terminal made narrower leaves no remains of the region", () => {
  const terminal = new FakeTerminal(40, 10);
  const writer = new Writer(terminal, terminal);
  writer.note("before");
  writer.draw(["a line of thirty-five characters ...", "another line of many characters"]);
  terminal.resize(20);
  writer.draw(["short"]);
  assert.equal(terminal.text, "before\nshort");
});

test("a reader or terminal that goes away is no error, a full disk is", () => {
  for (const [code, failed] of [
    ["EPIPE", false],
    ["EIO", false],
    ["ENOSPC", true],
  ] as const) {
    const pipe = new FakePipe();
    const problems = new FakePipe();
    const writer = new Writer(pipe, problems);
    let told = 0;
    writer.onClosed(() => {
      told += 1;
    });
    writer.result("one");
    pipe.close(code);
    assert.equal(told, 1);
    writer.result("two");
    writer.note("still said");
    assert.deepEqual([writer.closed, writer.failure !== undefined], [true, failed], code);
    assert.deepEqual([pipe.text, problems.text], ["one\n", "still said\n"], code);
  }
});
