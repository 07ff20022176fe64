import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DockerfileParser } from "dockerfile-ast";
import { parseDockerfile } from "../../src/read/dockerfile/parse.ts";
import { fileKindOf } from "../../src/read/paths.ts";
import { corpus } from "./support/inputs.ts";

/**
 * What the other parser gets wrong, by BuildKit's own grammar: marks that do not begin their word, blanks behind `<<`,
 * `<<-` that counts for one of several documents, lists that are none.
 */
const differs = /\d<<|<< |<<-|<<<|\\\\$|\r|\uFEFF/m;

const files = corpus().filter(({ name, text }) => fileKindOf(name) === "dockerfile" && !differs.test(text));

describe("Dockerfiles of the examples and fixtures", () => {
  it("are many enough to compare", () => assert.ok(files.length > 100, `${files.length} files`));

  it("have the instructions, lines and flags that another parser sees", () => {
    for (const { text } of files) {
      const ours = parseDockerfile("Dockerfile", text);
      const theirs = DockerfileParser.parse(text);
      const told = ours.instructions.map(({ keyword, span, flags }) => {
        const last = span.line + text.slice(span.start, span.end).split("\n").length - 1;
        return { keyword, first: span.line, last, flags: flags.map(({ name }) => name) };
      });
      const expected = theirs.getInstructions().map((instruction) => {
        const range = instruction.getRange();
        const flags =
          "getFlags" in instruction ? (instruction.getFlags as () => { getName(): string }[])() : [];
        return {
          keyword: instruction.getKeyword(),
          first: range.start.line + 1,
          last: range.end.line + 1,
          flags: flags.map((flag) => flag.getName()),
        };
      });
      assert.deepEqual(told, expected, text);
    }
  });
});
