import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import type { Finding, Rule, RuleExample, RuleFamily } from "../../src/check/types.ts";
import { ranks } from "../../src/check/types.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

const letters: Readonly<Record<RuleFamily, string>> = {
  dockerfile: "GD",
  compose: "GC",
  bake: "GB",
  across: "GX",
  image: "GI",
  kubernetes: "GK",
};

function findingsOf(rule: Rule, example: RuleExample): readonly Finding[] {
  const facts = readProject(memoryFiles(example.files, example.executable));
  const withImages = example.images === undefined ? facts : { ...facts, images: example.images };
  const result = runChecks(withImages, [rule], { on: [rule.code] });
  assert.deepEqual(result.failures, []);
  return result.findings;
}

describe("the list of rules", () => {
  it("holds every file of the folder, and nothing else", () => {
    const folder = new URL("../../src/check/rules/", import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "index.ts");
    assert.deepEqual(files.sort(), rules.map((rule) => `${rule.name}.ts`).sort());
  });

  it("has each code and name once, in the order of the codes", () => {
    const codes = rules.map((rule) => rule.code);
    assert.deepEqual(codes, [...new Set(codes)].sort());
    assert.equal(new Set(rules.map((rule) => rule.name)).size, rules.length);
  });
});

for (const rule of rules) {
  describe(`${rule.code} ${rule.name}`, () => {
    it("says what, why and how, and is named well", () => {
      assert.match(rule.code, new RegExp(`^${letters[rule.family]}\\d{3}$`));
      assert.match(rule.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/);
      assert.ok(ranks.includes(rule.rank));
      for (const text of [rule.what, rule.why, rule.fix]) assert.ok(text.length > 15, text);
      assert.ok(rule.examples.bad.length > 0 && rule.examples.good.length > 0);
    });

    for (const [index, example] of rule.examples.bad.entries()) {
      it(`catches ${example.title ?? `example ${index + 1}`}`, () => {
        const findings = findingsOf(rule, example);
        assert.notEqual(findings.length, 0);
        if (example.at === undefined) return;
        assert.deepEqual(
          findings.map((finding) => `${finding.file}:${finding.line}`).sort(),
          [...example.at].sort(),
        );
      });
    }

    for (const [index, example] of rule.examples.good.entries()) {
      it(`leaves ${example.title ?? `good example ${index + 1}`} alone`, () => {
        assert.deepEqual(
          findingsOf(rule, example).map((finding) => finding.message),
          [],
        );
      });
    }
  });
}
