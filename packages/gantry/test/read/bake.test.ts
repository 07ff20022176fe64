import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BakeFile, BakeTarget } from "../../src/read/bake/model.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

function read(text: string, more: Readonly<Record<string, string>> = {}): BakeFile {
  const facts = readProject(memoryFiles({ "docker-bake.hcl": text, ...more }));
  return facts.bakeFiles.find(({ path }) => path === "docker-bake.hcl") ?? assert.fail();
}

function target(file: BakeFile, name: string): BakeTarget {
  return file.targets.find((one) => one.name === name) ?? assert.fail(`no target ${name}`);
}

function tags(text: string): readonly string[] {
  const file = read(
    `variable "TAG" { default = "dev" }\nvariable "LIST" { default = ["a", "b"] }\nvariable "OPEN" {}\ntarget "t" {\n  tags = ${text}\n}\n`,
  );
  assert.deepEqual(file.problems, []);
  return target(file, "t").tags.map(({ value }) => value);
}

describe("expressions", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['["x:${TAG}"]', ["x:dev"]],
    ['["x:${OPEN}", "y"]', ["y"]],
    ['TAG == "dev" ? ["a"] : ["b"]', ["a"]],
    ['[equal(TAG, "dev") ? "yes" : "no"]', ["yes"]],
    ['[for l in LIST: "x:${l}"]', ["x:a", "x:b"]],
    ['[for l in LIST: l if l != "a"]', ["b"]],
    ['concat(["a"], split(",", "b,c"))', ["a", "b", "c"]],
    ['[upper(TAG), lower("A"), replace("a/b", "/", "-")]', ["DEV", "a", "a-b"]],
    ['[format("%s-%d", TAG, 3)]', ["dev-3"]],
    ["[LIST[1], LIST.0]", ["b", "a"]],
    ["[1 + 2 * 3, -1 + 4]", ["7", "3"]],
    ["[ # why\n 'a' ]".replaceAll("'", '"'), ["a"]],
    ['["$${TAG} %%{x}"]', ["${TAG} %{x}"]],
    ['["a\\tb\\u0041"]', ["a\tbA"]],
    ['[timestamp(), "a"]', ["a"]],
    ['[join("-", [for k, v in {b = 2, a = 1}: "${k}${v}"])]', ["a1-b2"]],
    ["[<<EOT\nx\nEOT\n]", ["x\n"]],
  ];
  for (const [text, expected] of cases) {
    it(`give the value of ${text}`, () => assert.deepEqual(tags(text), expected));
  }
});

describe("targets", () => {
  it("inherit, later ones over earlier ones, arguments by name", () => {
    const file = read(`
target "a" {
  args = { X = "1", Y = "1" }
  platforms = ["linux/amd64"]
}
target "b" {
  args = { Y = "2" }
  target = "b"
}
target "c" {
  inherits = ["a", "b"]
  args = { Z = "3" }
}
`);
    const made = target(file, "c");
    assert.deepEqual(
      made.args.map(({ name, value }) => `${name}=${value}`),
      ["X=1", "Y=2", "Z=3"],
    );
    assert.equal(made.target?.value, "b");
    assert.deepEqual(
      made.platforms.map(({ value }) => value),
      ["linux/amd64"],
    );
  });

  it("of a matrix are one each", () => {
    const file = read(`
target "app" {
  name = "app-\${item.tgt}"
  matrix = { item = [{ tgt = "one", v = "1" }, { tgt = "two", v = "2" }] }
  target = item.tgt
  args = { V = item.v }
}
`);
    assert.deepEqual(
      file.targets.map(({ name, args }) => `${name} ${args[0]?.value}`),
      ["app-one 1", "app-two 2"],
    );
  });

  it("call functions of the file, and refer to each other", () => {
    const file = read(`
function "tag" {
  params = [name]
  variadic_params = more
  result = concat(["r/\${name}"], more)
}
target "a" {
  tags = tag("a", "x", "y")
  context = "web"
}
target "b" { context = target.a.context }
`);
    assert.deepEqual(
      target(file, "a").tags.map(({ value }) => value),
      ["r/a", "x", "y"],
    );
    assert.equal(target(file, "b").context?.value, "web");
  });

  it("know their Dockerfile and stage, with the override file", () => {
    const file = read('target "web" {\n  context = "web"\n  target = "prod"\n}\n', {
      "docker-bake.override.hcl": 'target "web" { target = "dev" }\n',
      "web/Dockerfile": "FROM a AS prod\nFROM b AS dev\n",
    });
    assert.equal(target(file, "web").link.stage?.name, "dev");
  });

  it("keep the places of their values", () => {
    const [tag] = target(read('target "t" {\n  tags = [\n    "one",\n    "two"]\n}\n'), "t").tags.slice(1);
    assert.deepEqual([tag?.value, tag?.span.line, tag?.span.column], ["two", 4, 5]);
  });

  it("are read from JSON too", () => {
    const facts = readProject(
      memoryFiles({
        "docker-bake.json":
          '{"variable":{"T":{"default":"1"}},"target":{"j":{"tags":["a:${T}"],"args":{"X":"y"}}}}',
      }),
    );
    const made = facts.bakeFiles[0]?.targets[0];
    assert.deepEqual(
      made?.tags.map(({ value, span }) => [value, span.column]),
      [["a:1", 58]],
    );
  });
});

describe("bad input", () => {
  it("costs only its own block or line", () => {
    const file = read('target "a" {\n  tags = [= ]\n  target = "x"\n}\n???\ntarget "b" { target = "y" }\n');
    assert.ok(file.problems.length > 0);
    assert.equal(target(file, "a").target?.value, "x");
  });

  it("of definitions in a circle is unknown", () => {
    const file = read(
      'variable "A" { default = B }\nvariable "B" { default = A }\nfunction "f" {\n  params = [x]\n  result = f(x)\n}\ntarget "a" { inherits = ["b"] tags = [A, f(1)] }\ntarget "b" { inherits = ["a"] }\n',
    );
    assert.deepEqual(target(file, "a").tags, []);
  });

  it("of loops in loops ends", () => {
    const inner = Array.from({ length: 100 }, (_, index) => index).join(",");
    const list = `[${inner}]`;
    const text = `[for a in ${list}: [for b in ${list}: [for c in ${list}: [for d in ${list}: 1]]]]`;
    assert.doesNotThrow(() => read(`target "a" { tags = ${text} }\n`));
  });
});
