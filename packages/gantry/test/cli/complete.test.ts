import assert from "node:assert/strict";
import { test } from "node:test";
import { answerText, wanted } from "../../src/cli/completion/complete.ts";

/** What the shell gets for a line whose last word is being typed; the stack has the services api and db. */
const offered = (...words: readonly string[]): readonly string[] => {
  const want = wanted(words);
  const text = answerText(want, want.names === "services" ? ["api", "db"] : []);
  return text === "" ? [] : text.split("\n").map((line) => line.split("\t")[0] ?? "");
};

test("commands come first, those that go on from what is typed", () => {
  assert.deepEqual(offered("c"), ["config", "check", "completion"]);
  assert.ok(offered("").includes("up"));
});

test("services of the stack complete where a service stands", () => {
  assert.deepEqual(offered("up", ""), ["api", "db"]);
  assert.deepEqual(offered("up", "api", "d"), ["db"]);
  assert.deepEqual(offered("up", "--debug", ""), ["api", "db"]);
  assert.deepEqual(offered("exec", "a"), ["api"]);
});

test("options complete once, with what they are for", () => {
  assert.deepEqual(offered("up", "--no"), ["--no-build", "--no-color"]);
  assert.deepEqual(offered("up", "--no-build", "--no"), ["--no-color"]);
  assert.deepEqual(offered("run", "--set", "A=1", "--se"), ["--set"]);
  assert.match(answerText(wanted(["up", "--wa"]), []), /^--watch\tThen follow/);
});

test("values complete after a space and after an equals sign, whole in zsh and fish, split in bash", () => {
  assert.deepEqual(offered("up", "--env", "p"), ["production"]);
  assert.deepEqual(offered("up", "--env=p"), ["--env=production"]);
  assert.deepEqual(offered("up", "--env", "=", "p"), ["production"]);
  assert.deepEqual(offered("up", "--env", "="), ["dev", "test", "production"]);
  assert.deepEqual(offered("logs", "-l", "wa"), ["warn"]);
});

test("in another program's line, and for --file, the shell offers files", () => {
  assert.deepEqual(offered("exec", "api", "cat", ""), [":files"]);
  assert.deepEqual(offered("test", "--", "te"), [":files"]);
  assert.deepEqual(offered("--file", ""), [":files"]);
});

test("the stack that the line names is the one whose services are offered", () => {
  assert.equal(wanted(["--file", "other/stack.ts", "up", ""]).file, "other/stack.ts");
  assert.equal(wanted(["--file=other/stack.ts", "up", ""]).file, "other/stack.ts");
});

test("where nothing fits, nothing is offered", () => {
  assert.deepEqual(offered("completion", "bash", ""), []);
  assert.deepEqual(offered("logs", "--tail", ""), []);
});
