import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { corpus } from "./support/inputs.ts";
import { assertSameYaml } from "./support/laws.ts";

/** Read without the library. */
const plain: Readonly<Record<string, string>> = {
  "maps in maps": "a:\n  b: 1\n  c:\n    d: x\ne: ~\n",
  "lists below and beside their key": "a:\n- 1\n- x: 1\n  y:\n  - z\nb:\n  - 'it''s'\n  -\n",
  "several documents": "---\na: 1\n---\n- b\n# c\n",
  comments: "# x\na: b # c\n\n  # d\nb: #\nc: d#e\n",
  "values in brackets": 'a: [ b, "c d", -x, e:f, [1, {}], { g: h } ]\nb: {}\nc: { d: 0.5, e: null }\n',
  escapes: 'a: "b\\n\\"c\\u0041"\n',
  "anchors and merge keys": "x: &x\n  a: &n 1\n  b: 2\ny:\n  <<: *x\n  b: *n\nz:\n  <<: [ *x ]\n  c: 3\n",
  "blocks of lines": "a: |\n  x\n  y\nb: >-\n  p\n  q\n\nc:\n  - |\n    # no comment\n",
  "values of all kinds":
    "- 1\n- -0.5\n- True\n- 0777\n- 12:30\n- 2001-01-01\n- 5432:5432\n- yes\n- ${A:-b}\n",
};

/** Left to the library. */
const other: Readonly<Record<string, string>> = {
  "text that goes on": "a: b\n  c\n",
  "quotes that go on": 'a: "b\n  c"\n',
  tags: "a: !reset null\n",
  "keys in quotes": '"a": 1\n',
  "a key twice": "a: 1\na: 2\n",
  "a colon in a value": "a: b: c\n",
  tabs: "a:\tb\n",
  "lines that end in CRLF": "a: b\r\n",
  "an alias of nothing": "a: *b\n",
  "a block with an empty line": "a: |\n  b\n\n  # c\n",
  "a block whose lines begin elsewhere": "a: |\n  b\n    c\n",
  "a mark with something behind it": "--- a: 1\n",
  "numbers in other notations": "a: 0x1F\n",
  "a value below its siblings": "a: 1\n b: 2\n",
  "no YAML": "a: [b\n",
};

describe("plain YAML", () => {
  for (const [what, text] of Object.entries(plain))
    it(`reads ${what} as the library does`, () => assert.ok(assertSameYaml("x.yaml", text)));
  for (const [what, text] of Object.entries(other))
    it(`leaves ${what} to the library`, () => assert.equal(assertSameYaml("x.yaml", text), false));

  it("is most of what is written, and means the same", () => {
    const files = corpus().filter(({ name }) => /\.ya?ml$/.test(name));
    const read = files.filter(({ name, text }) => assertSameYaml(name, text));
    assert.ok(read.length > files.length * 0.7, `${read.length} of ${files.length}`);
  });

  it("means the same, however lines are put together", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.constantFrom(...beginnings), fc.constantFrom(...values))),
        (lines) => {
          const text = lines
            .map(([depth, begin, value]) => `${"  ".repeat(depth)}${begin}${value}\n`)
            .join("");
          assertSameYaml("x.yaml", text);
        },
      ),
      { seed: 20_262, numRuns: 4000 },
    );
  });
});

const beginnings = ["a:", "a: ", "b: ", "c: ", "<<: ", "- ", "-", "- a: ", "", " ", "# ", "---"];
const values = [
  ...[
    "",
    "x",
    "1",
    "~",
    "true",
    "x y",
    "x:y",
    "x: y",
    "x #y",
    "'x'",
    '"x"',
    '"\\n"',
    "[x, y]",
    "{ x: y }",
    "{x: }",
  ],
  ...[
    "&x",
    "*x",
    "[*x]",
    "&x 1",
    "|",
    ">",
    "|-",
    ">+",
    "|2",
    "!x",
    "?",
    "- x",
    "-x",
    "@x",
    "%x",
    "...",
    "x:",
  ],
];
