import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interpolate } from "../../src/read/compose/interpolate.ts";
import { parseEnvFile } from "../../src/read/env/parse.ts";
import { parseIgnoreFile } from "../../src/read/ignore/parse.ts";
import { isIgnored } from "../../src/read/ignore/questions.ts";
import { openImageReference, resolveImageReference, tagVersion } from "../../src/read/image-reference.ts";
import { knownPrograms } from "../../src/read/known-images.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { parseShell } from "../../src/read/shell/parse.ts";
import { isTemplate } from "../../src/read/template.ts";

describe("variables of Compose", () => {
  const values: Readonly<Record<string, string>> = { SET: "v", EMPTY: "" };
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["$SET ${SET}", "v v", true],
    ["${GONE}", "", false],
    ["${GONE:-d} ${GONE-d} ${SET:-d} ${SET-d}", "d d v v", true],
    ["${EMPTY:-d}|${EMPTY-d}", "d|", true],
    ["${SET:?m} ${SET?m} ${EMPTY?m}", "v v ", true],
    ["${GONE:?m}", "", false],
    ["${SET:+r}|${EMPTY:+r}|${EMPTY+r}", "r||r", true],
    ["${GONE:-${SET:-x}-${GONE:-y}}", "v-y", true],
    ["${GONE:-${OTHER}}", "", false],
    ["$$SET $${SET} $$$SET", "$SET ${SET} $v", true],
    ["a$ b $1 $(c) d$", "a$ b $1 $(c) d$", true],
    ["${GONE:-a:b/c}", "a:b/c", true],
  ];
  for (const [text, expected, known] of cases) {
    it(`fill ${text}`, () => {
      const filled = interpolate(text, (name) => values[name]);
      assert.equal(filled.text, expected);
      assert.equal(filled.known, known);
    });
  }

  it("that are malformed are named", () => {
    for (const text of [
      "${",
      "${1}",
      "${A B}",
      "x ${}",
      "${A:}",
      "${A:-${B}",
      "${A:=x}",
      "${A/x/y}",
      "${A.b}",
    ]) {
      assert.equal(interpolate(text, () => undefined).problems.length > 0, true, text);
    }
  });
});

describe("env files", () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["A=b", "A", "b"],
    ["export A = b ", "A", "b"],
    ["A: b", "A", "b"],
    ["A=b # c", "A", "b"],
    ["A=b#c", "A", "b#c"],
    ["A='b # c'", "A", "b # c"],
    ['A="b\\n\\"c\\""', "A", 'b\n"c"'],
    ["A='$B'", "A", "$B"],
    ["B=1\nA=$B-${C:-2}", "A", "1-2"],
    ["A='two\nlines'\nB=1", "A", "two\nlines"],
    ["A=", "A", ""],
    ["A", "A", undefined],
    ["\uFEFFA=b\r\nB=c\r\n", "B", "c"],
  ];
  for (const [text, name, expected] of cases) {
    it(`read ${JSON.stringify(text)}`, () => {
      const file = parseEnvFile(".env", text);
      assert.deepEqual(file.problems, []);
      const entry = file.entries.find((one) => one.name === name);
      assert.ok(entry);
      assert.equal(entry.value, expected);
    });
  }

  it("name what they cannot read and go on", () => {
    const file = parseEnvFile(".env", "A=1\n??\n=x\nB=2\nC='open\n");
    assert.deepEqual(
      file.entries.map(({ name }) => name),
      ["A", "B"],
    );
    assert.deepEqual(
      file.problems.map(({ span }) => span.line),
      [2, 3, 5],
    );
  });
});

describe("ignore files", () => {
  /** Patterns, what they leave out, what they do not. */
  const cases: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
    [["a"], ["a", "a/b", "a/b/c"], ["b/a", "ab"]],
    [["a/"], ["a", "a/b"], []],
    [["/a"], ["a"], ["b/a"]],
    [["./a"], ["a"], []],
    [["**/a"], ["a", "b/a", "b/c/a/d"], ["ba", "b/ca"]],
    [["a/**"], ["a/b", "a/b/c"], ["a"]],
    [["a/**/b"], ["a/b", "a/x/b", "a/x/y/b"], ["a/xb"]],
    [["*.md"], ["x.md"], ["d/x.md"]],
    [["**/*.md"], ["x.md", "d/x.md"], ["x.mdx"]],
    [["?.txt"], ["a.txt"], ["ab.txt", "/.txt"]],
    [["[a-c].txt"], ["b.txt"], ["d.txt"]],
    [["[^a-c].txt"], ["d.txt"], ["b.txt"]],
    [["\\*"], ["*"], ["a"]],
    [
      ["*", "!src"],
      ["a", "b/c"],
      ["src", "src/x/y"],
    ],
    [["src", "!src/keep"], ["src/a"], ["src/keep", "src/keep/b"]],
    [["!a", "a"], ["a"], []],
    [["a", "!a", "a/b"], ["a/b"], ["a", "a/c"]],
    [["# a", "  b  ", ""], ["b"], ["a", "# a"]],
    [["a/../b"], ["b"], ["a"]],
    [["**"], ["a", "a/b"], []],
    [["node_modules", "**/node_modules"], ["node_modules/x", "web/node_modules/y"], ["src/node_modules.ts"]],
  ];
  for (const [patterns, out, inside] of cases) {
    it(`with ${JSON.stringify(patterns)}`, () => {
      const file = parseIgnoreFile(".dockerignore", `${patterns.join("\n")}\n`);
      assert.deepEqual(file.problems, []);
      for (const path of out) assert.equal(isIgnored(file, path), true, `${path} is left out`);
      for (const path of inside) assert.equal(isIgnored(file, path), false, `${path} is sent`);
    });
  }

  it("name patterns that Docker refuses", () => {
    const file = parseIgnoreFile(".dockerignore", "[\n!\na\\\nb\n");
    assert.deepEqual(
      file.problems.map(({ span }) => span.line),
      [1, 2, 3],
    );
    assert.equal(isIgnored(file, "b"), true);
  });
});

describe("image references", () => {
  const cases: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
    ["postgres", "docker.io/library/postgres", undefined, "postgres"],
    ["postgres:17-alpine", "docker.io/library/postgres", "17-alpine", "postgres"],
    ["docker.io/library/redis:8", "docker.io/library/redis", "8", "redis"],
    ["bitnami/redis", "docker.io/bitnami/redis", undefined, undefined],
    ["localhost:5000/a/b:1", "localhost:5000/a/b", "1", undefined],
    ["ghcr.io/x/postgres@sha256:abcd", "ghcr.io/x/postgres", undefined, undefined],
  ];
  for (const [text, path, tag, official] of cases) {
    it(`take ${text} apart`, () => {
      const reference = resolveImageReference(text);
      assert.equal(`${reference?.registry}/${reference?.repository}`, path);
      assert.equal(reference?.tag, tag);
      assert.equal(reference?.official, official);
    });
  }

  it("tell versions from other tags", () => {
    const version = (text: string) => tagVersion(resolveImageReference(text) ?? assert.fail());
    assert.deepEqual(version("x:17.2-alpine"), [17, 2]);
    assert.deepEqual(version("x:v3"), [3]);
    assert.equal(version("x:latest"), undefined);
  });

  it("with a variable keep what stands before it", () => {
    const told = (raw: string) => {
      const { official, known, tag } = openImageReference(raw);
      return [official, known, tag];
    };
    assert.deepEqual(told("postgres:${TAG}"), ["postgres", false, undefined]);
    assert.deepEqual(told("postgres:17-${VARIANT}"), ["postgres", false, undefined]);
    assert.deepEqual(told("${REGISTRY}/postgres:17"), [undefined, false, undefined]);
    assert.deepEqual(told("post${X}:17"), [undefined, false, undefined]);
  });

  it("refuse what is none", () => {
    for (const text of ["", "a b", "a:", "a/"]) assert.equal(resolveImageReference(text), undefined, text);
  });
});

describe("shell scripts", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["a b && c || d; e | f & g", ["a b", "c", "d", "e", "f", "g"]],
    ["A=1 B='x y' run it", ["run it"]],
    ["if [ -f x ]; then a; elif b; then c; else d; fi", ["[ -f x ]", "a", "b", "c", "d"]],
    ["for x in a b; do run $x; done", ["run $x"]],
    ["while read l; do echo $l; done < file", ["read l", "echo $l"]],
    ["case $x in a|b) one;; *) two;; esac; three", ["one", "two", "three"]],
    ["(cd /x && make) && { a; b; }", ["cd /x", "make", "a", "b"]],
    [
      "echo $(inner 'a b' | other) `third`",
      ["echo $(inner 'a b' | other) `third`", "inner a b", "other", "third"],
    ],
    ["echo \"a && b\" 'c; d' e\\;f", ["echo a && b c; d e;f"]],
    ["a > /dev/null 2>&1 < x b", ["a b"]],
    ["# no\na # yes\nb", ["a", "b"]],
    ["f() { a; }; f", ["a", "f"]],
    ["set -eux; ! grep x y", ["set -eux", "grep x y"]],
    ["/usr/bin/apt-get install -y x", ["apt-get install -y x"]],
    ["a \\\n  b", ["a b"]],
    ["echo ${A:-$(x)} $((1+2))", ["echo ${A:-$(x)} $((1+2))"]],
  ];
  for (const [script, expected] of cases) {
    it(`show the commands of ${script}`, () => {
      const told = parseShell(script).map(({ name, words }) =>
        [name, ...words.slice(1).map(({ value }) => value)].join(" "),
      );
      assert.deepEqual(told, expected);
    });
  }
});

describe("templates of other tools", () => {
  const filledIn = [
    '{{\n  set version to split(VERSION, ".")[0]\n}}FROM base:{{version}}\n',
    "# a comment\n{{ header }}\nFROM debian:13\n",
    "FROM debian:13\n{%single_node%}\n",
    "FROM ${docker.base.image}\n",
    "FROM devcontainers/go:2-${templateOption:imageVariant}\n",
    "spec:\n  #@ if has_secrets():\n  secrets: #@ secrets()\n  #@ end\n",
    "services:\n  web:\n    image: shop/web:2\n    environment:\n      - SERVICE_FQDN_WEB_8080\n",
    "services:\n  db:\n    image: postgres:17\n    environment: [POSTGRES_PASSWORD=$SERVICE_PASSWORD_DB]\n",
  ];
  const plain = [
    "FROM debian:13\nRUN docker inspect --format '{{ .Id }}' web\n",
    "ARG BASE=debian\nFROM ${BASE:-debian}:13\n",
    "# by #@somebody\nservices:\n  web: { image: web }\n",
    "services:\n  web:\n    image: shop/web:2\n    environment:\n      - SERVICE_URL_API=http://api:80\n",
  ];
  for (const text of filledIn)
    it(`are told: ${JSON.stringify(text)}`, () => assert.ok(isTemplate("x", text)));
  for (const text of plain) it(`are none: ${JSON.stringify(text)}`, () => assert.ok(!isTemplate("x", text)));
});

describe("parts of Dockerfiles", () => {
  it("that others take in have no FROM and are passed over, unless they are the Dockerfile", () => {
    const settings = "ENV LEVEL=info\n";
    const facts = readProject(memoryFiles({ Dockerfile: settings, "Dockerfile.settings": settings }));
    assert.deepEqual(
      facts.dockerfiles.map(({ path }) => path),
      ["Dockerfile"],
    );
    assert.match(facts.notes.join(), /Dockerfile\.settings/);
  });
});

describe("programs of images for Windows", () => {
  it("are not those of the Linux variants", () => {
    const reference = resolveImageReference("mcr.microsoft.com/dotnet/aspnet:10.0-nanoserver-ltsc2022");
    assert.ok(reference !== undefined && knownPrograms(reference) === undefined);
  });
});
