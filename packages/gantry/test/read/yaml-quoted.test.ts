import assert from "node:assert/strict";
import { test } from "node:test";
import { parseYaml } from "../../src/read/yaml/parse.ts";
import { at, textAt } from "../../src/read/yaml/questions.ts";

test("a quoted text that goes on to the left of its key is read as Compose reads it, and all else keeps its place", () => {
  const text = `api:
    command: "sh -c '
      ./migrate
    && ./serve \\"now\\"
  '"
    name: 'one
  it''s two'
    after: x
`;
  const { documents, problems } = parseYaml("compose.yaml", text);
  assert.deepEqual(problems, []);
  assert.deepEqual(textAt(documents[0], "api", "command")?.split(/\s+/), [
    ...["sh", "-c", "'", "./migrate", "&&", "./serve", '"now"', "'"],
  ]);
  assert.deepEqual(textAt(documents[0], "api", "name")?.split(/\s+/), ["one", "it's", "two"]);
  const after = at(documents[0], "api", "after");
  assert.deepEqual([after?.span.line, after?.span.column], [8, 12]);
});

test("what no quote ends, or what ends in the wrong place, is told where it was", () => {
  for (const text of ['a:\n  b: "c\nd: e\n', 'a:\n  b: "c\nd: ["e"]\n', "a:\n  b: 'c\nd: f's\n"]) {
    const { problems } = parseYaml("compose.yaml", text);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? "", /Missing closing/);
  }
});

test("quotes in a block of lines begin nothing", () => {
  const text = 'a: |\n  "b\n  c\nd: "e\nf"\n';
  const { documents, problems } = parseYaml("compose.yaml", text);
  assert.deepEqual(problems, []);
  assert.deepEqual([textAt(documents[0], "a"), textAt(documents[0], "d")], ['"b\nc\n', "e f"]);
});
