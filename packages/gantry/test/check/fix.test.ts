import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planFixes } from "../../src/check/fix.ts";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import type { Rule, TextEdit } from "../../src/check/types.ts";
import type { ProjectFacts } from "../../src/read/facts.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { startOf } from "../../src/read/source.ts";

const text = "\uFEFFFROM x\r\n# why\r\nRUN a\r\n";

function facts(): ProjectFacts {
  return readProject(memoryFiles({ Dockerfile: text }));
}

function plan(
  remedies: readonly { readonly safe: boolean; readonly edits: readonly TextEdit[] }[],
  risky = false,
) {
  const project = facts();
  const rule: Rule = {
    code: "GD900",
    name: "a-test",
    family: "dockerfile",
    rank: "tidy",
    what: "",
    why: "",
    fix: "",
    examples: { bad: [], good: [] },
    check: () =>
      remedies.map((remedy, index) => ({
        at: startOf("Dockerfile"),
        message: String(index),
        remedy: { title: "t", ...remedy },
      })),
  };
  return planFixes(project, runChecks(project, [rule]).findings, { risky });
}

function edit(start: number, end: number, replacement: string): TextEdit {
  return { file: "Dockerfile", start, end, text: replacement };
}

describe("fixing", () => {
  it("changes the bytes of the edit and no others", () => {
    const at = text.indexOf("a\r");
    const { files, fixed } = plan([{ safe: true, edits: [edit(at, at + 1, "b"), edit(1, 1, "# top\r\n")] }]);
    assert.deepEqual(files, [
      { path: "Dockerfile", before: text, after: "\uFEFF# top\r\nFROM x\r\n# why\r\nRUN b\r\n" },
    ]);
    assert.equal(fixed.length, 1);
  });

  it("leaves risky remedies alone unless asked", () => {
    const remedies = [{ safe: false, edits: [edit(1, 5, "from")] }];
    assert.deepEqual(plan(remedies).files, []);
    assert.equal(plan(remedies, true).files.length, 1);
  });

  it("does a finding's edits together, and lets those that meet others wait", () => {
    const { files, fixed, postponed } = plan([
      { safe: true, edits: [edit(1, 5, "from")] },
      { safe: true, edits: [edit(3, 7, "?"), edit(10, 11, "?")] },
      { safe: true, edits: [edit(1, 5, "from")] },
    ]);
    assert.equal(files[0]?.after, text.replace("FROM", "from"));
    assert.deepEqual(
      [fixed.map(({ message }) => message), postponed.map(({ message }) => message)],
      [["0", "2"], ["1"]],
    );
  });

  it("does nothing with edits that lie outside of the file", () => {
    assert.deepEqual(plan([{ safe: true, edits: [edit(0, 1000, "")] }]).files, []);
    assert.deepEqual(plan([{ safe: true, edits: [{ ...edit(0, 1, ""), file: "other" }] }]).files, []);
  });
});

describe("the safe remedies of all rules", () => {
  const withRemedy = rules.flatMap((rule) =>
    rule.examples.bad.map((example) => ({ rule, files: example.files, images: example.images })),
  );
  for (const { rule, files, images } of withRemedy) {
    const read = (texts: Readonly<Record<string, string>>): ProjectFacts => ({
      ...readProject(memoryFiles(texts)),
      ...(images === undefined ? {} : { images }),
    });
    const project = read(files);
    const { findings } = runChecks(project, [rule], { on: [rule.code] });
    const { files: changed, fixed } = planFixes(project, findings);
    if (fixed.length === 0) continue;
    it(`of ${rule.code} ${rule.name} cure what they promise to`, () => {
      const after = read({ ...files, ...Object.fromEntries(changed.map((file) => [file.path, file.after])) });
      const left = runChecks(after, [rule], { on: [rule.code] }).findings;
      assert.equal(left.length, findings.length - fixed.length);
    });
  }
});
