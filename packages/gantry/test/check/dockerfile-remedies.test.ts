import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import type { Finding, Rule, TextEdit } from "../../src/check/types.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

type Files = Readonly<Record<string, string>>;

function findingsIn(rule: Rule, files: Files): readonly Finding[] {
  return runChecks(readProject(memoryFiles(files)), [rule], { on: [rule.code] }).findings;
}

function applied(files: Files, edits: readonly TextEdit[]): Files {
  const changed: Record<string, string> = { ...files };
  for (const { file, start, end, text } of edits.toSorted((a, b) => b.start - a.start)) {
    const before = changed[file] ?? "";
    changed[file] = before.slice(0, start) + text + before.slice(end);
  }
  return changed;
}

describe("remedies of the Dockerfile family", () => {
  for (const rule of rules.filter((one) => one.family === "dockerfile")) {
    for (const [index, { files }] of rule.examples.bad.entries()) {
      const found = findingsIn(rule, files);
      const edits = found.flatMap((one) => one.remedy?.edits ?? []);
      if (edits.length === 0 || found.some((one) => one.remedy === undefined)) continue;
      it(`cure what ${rule.code} ${rule.name} finds in its bad example ${index + 1}`, () => {
        assert.deepEqual(
          findingsIn(rule, applied(files, edits)).map((one) => one.message),
          [],
        );
      });
      it(`do so with Windows line ends too: ${rule.code}, ${index + 1}`, () => {
        const windows = Object.fromEntries(
          Object.entries(files).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]),
        );
        const there = findingsIn(rule, windows);
        assert.equal(there.length, found.length);
        const cured = applied(
          windows,
          there.flatMap((one) => one.remedy?.edits ?? []),
        );
        assert.deepEqual(
          findingsIn(rule, cured).map((one) => one.message),
          [],
        );
      });
    }
  }

  it("say exactly what to write", () => {
    const edit = (code: string, text: string): string | undefined => {
      const rule = rules.find((one) => one.code === code);
      assert.ok(rule !== undefined);
      const files = { Dockerfile: text };
      const edits = findingsIn(rule, files).flatMap((one) => one.remedy?.edits ?? []);
      return applied(files, edits)["Dockerfile"];
    };
    assert.equal(
      edit("GD010", "FROM debian:13\nRUN apt-get update \\\n # why\n && apt-get install \\\n  curl\n"),
      "FROM debian:13\nRUN apt-get update \\\n # why\n && apt-get install -y \\\n  curl\n",
    );
    assert.equal(edit("GD048", "FROM node:22\nadd  a.json /app/\n"), "FROM node:22\nCOPY  a.json /app/\n");
    assert.equal(edit("GD053", "FROM node:22\nENV A b c\n"), 'FROM node:22\nENV A="b c"\n');
    assert.equal(
      edit("GD005", "FROM node:22\nCMD ['node', 'a.js']\n"),
      'FROM node:22\nCMD ["node", "a.js"]\n',
    );
    assert.equal(
      edit("GD037", "FROM debian:13\nRUN --mount=type=cache,target=/var/cache/apt apt-get update\n"),
      "FROM debian:13\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update\n",
    );
  });
});
