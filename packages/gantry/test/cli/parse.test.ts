import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLine } from "../../src/cli/parse.ts";

const codes = (line: string): readonly string[] =>
  parseLine(line.split(" ")).problems.map((problem) => problem.code);
const fixOf = (line: string): string | undefined => parseLine(line.split(" ")).problems[0]?.fix;

test("options of every command stand before or after its name", () => {
  for (const line of ["--env test up api", "up --env test api", "up api --env=test", "-e test up api"]) {
    const parsed = parseLine(line.split(" "));
    assert.equal(parsed.command?.name, "up", line);
    assert.deepEqual(parsed.options["env"], ["test"], line);
    assert.deepEqual(parsed.arguments["SERVICE"], ["api"], line);
    assert.deepEqual(parsed.problems, [], line);
  }
});

test("what follows the service belongs to the program that exec runs", () => {
  const parsed = parseLine(["exec", "-u", "root", "api", "ls", "--help", "-la", "--", "x"]);
  assert.deepEqual(parsed.arguments, { SERVICE: ["api"], COMMAND: ["ls", "--help", "-la", "--", "x"] });
  assert.deepEqual(parsed.options, { user: ["root"] });
  assert.equal(parsed.help, false);
});

test("a double hyphen before the program's line is ours, and is left out", () => {
  assert.deepEqual(parseLine(["exec", "api", "--", "ls", "-la"]).arguments["COMMAND"], ["ls", "-la"]);
  assert.deepEqual(parseLine(["test", "--", "--grep", "x"]).arguments["ARGS"], ["--grep", "x"]);
});

test("words of gantry test without a double hyphen are refused, not swallowed", () => {
  assert.deepEqual(codes("test some.test.ts"), ["GTY2006"]);
});

test("a command or option that is almost right is suggested", () => {
  assert.equal(fixOf("ump"), 'Did you mean "gantry up"?');
  assert.equal(fixOf("up --wach"), "Did you mean --watch?");
  assert.equal(fixOf("logs --levle warn"), "Did you mean --level?");
  assert.equal(fixOf("logs --level warning"), 'Did you mean "warn"?');
  assert.equal(fixOf("up --env prod"), 'Did you mean "production"?');
  assert.equal(fixOf("help lgos"), 'Did you mean "logs"?');
  assert.equal(fixOf("completion bsh"), 'Did you mean "bash"?');
});

test("a command far from every other gets the way to the list", () => {
  assert.equal(fixOf("kubernetes"), "gantry --help lists the commands.");
});

test("everything that is wrong is said at once", () => {
  assert.deepEqual(codes("logs --tail many --wat --level"), ["GTY2004", "GTY2002", "GTY2003"]);
});

test("switches take no value, and values keep their form", () => {
  assert.deepEqual(codes("up --watch=yes"), ["GTY2007"]);
  assert.deepEqual(codes("run --set NAME api"), ["GTY2004"]);
  assert.deepEqual(codes("up --debug --watch"), ["GTY2003"]);
  assert.deepEqual(codes("logs --tail -5"), ["GTY2004"]);
});

test("an option that repeats keeps every value, others keep the last", () => {
  assert.deepEqual(parseLine(["run", "--set", "A=1", "--set", "B=x=y", "api"]).options["set"], [
    "A=1",
    "B=x=y",
  ]);
  assert.deepEqual(parseLine(["ps", "--env", "dev", "--env", "test"]).options["env"], ["test"]);
});

test("a missing argument is said, unless help is asked for", () => {
  assert.deepEqual(codes("exec api"), ["GTY2005"]);
  const asked = parseLine(["exec", "--help"]);
  assert.deepEqual([asked.help, asked.problems], [true, []]);
});

test("config has formats of its own", () => {
  assert.deepEqual(codes("config --format yaml"), []);
  assert.deepEqual(codes("ps --format yaml"), ["GTY2004"]);
});

test("nothing at all asks for help", () => {
  assert.equal(parseLine([]).help, true);
});
