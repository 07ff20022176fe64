import assert from "node:assert/strict";
import { runChecks } from "../../../src/check/run.ts";
import type { Rule } from "../../../src/check/types.ts";
import { printDockerfile } from "../../../src/read/dockerfile/parse.ts";
import type { ProjectFacts } from "../../../src/read/facts.ts";
import { isIgnored } from "../../../src/read/ignore/questions.ts";
import { memoryFiles } from "../../../src/read/memory-files.ts";
import { once } from "../../../src/read/once.ts";
import { readProject } from "../../../src/read/project.ts";
import { type SourceFile, type Span, sourceFile } from "../../../src/read/source.ts";
import { parseAnyYaml } from "../../../src/read/yaml/parse.ts";
import { plainDocuments } from "../../../src/read/yaml/plain.ts";

/** What holds for every file, however broken: reads, prints back, places are places, and no rule fails on it. */
export function assertLaws(name: string, text: string, rules: readonly Rule[]): void {
  const facts = readProject(memoryFiles({ [name]: text, "other/Dockerfile": "FROM scratch\n" }));
  for (const dockerfile of facts.dockerfiles) {
    assert.equal(printDockerfile(dockerfile), dockerfile.source.text);
    assertCovered(dockerfile.source.text, [
      ...dockerfile.directives.map((part) => part.span),
      ...dockerfile.comments
        .filter((comment) => !inside(comment.span, dockerfile.instructions))
        .map((part) => part.span),
      ...dockerfile.instructions.map((part) => part.span),
    ]);
  }
  if (/\.ya?ml$/.test(name)) assertSameYaml(name, text);
  for (const problem of facts.problems) assertPlace(facts, problem.span);
  for (const file of facts.ignoreFiles) for (const path of ["a/b/c", "é", ".."]) isIgnored(file, path);
  const result = runChecks(facts, rules, { on: rules.map((rule) => rule.code) });
  assert.deepEqual(result.failures, []);
  for (const finding of [...result.findings, ...result.silenced]) assertPlace(facts, finding.span);
}

/** What the reader of plain YAML reads, the library reads in the same way. True when it reads it. */
export function assertSameYaml(name: string, text: string): boolean {
  const source = sourceFile(name, text);
  const documents = plainDocuments(source);
  if (documents === undefined) return false;
  const { documents: expected, problems } = parseAnyYaml(source);
  assert.deepEqual({ documents, problems: [] }, { documents: expected, problems });
  return true;
}

function inside(span: Span, instructions: readonly { readonly span: Span }[]): boolean {
  return instructions.some((one) => one.span.start <= span.start && span.end <= one.span.end);
}

/** Between the parts of a Dockerfile is nothing but blanks, line ends, a byte-order mark and a shebang. */
function assertCovered(text: string, spans: readonly Span[]): void {
  let at = 0;
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    assert.ok(span.start >= at, `parts overlap at ${span.start}`);
    const gap = text.slice(at, span.start);
    assert.ok(
      /^\s*$/.test(gap) || (at === 0 && /^\uFEFF?#!.*\s*$/.test(gap)),
      `text was lost: ${JSON.stringify(gap)}`,
    );
    at = span.end;
  }
  assert.match(text.slice(at), /^\s*(#!.*)?$/);
}

function assertPlace(facts: ProjectFacts, span: Span): void {
  const source = facts.sources.get(span.file);
  if (source === undefined) return;
  assert.ok(
    span.start >= 0 && span.end >= span.start && span.end <= source.text.length,
    JSON.stringify(span),
  );
  const begin = span.start === 0 ? 0 : source.text.lastIndexOf("\n", span.start - 1) + 1;
  assert.equal(span.line, lineNumbers(source).get(begin));
  assert.equal(span.column, span.start - begin + 1);
}

/** Number of each line by its first offset, counted apart from what is tested. */
const lineNumbers = once((source: SourceFile): ReadonlyMap<number, number> => {
  const numbers = new Map<number, number>();
  let offset = 0;
  source.text.split("\n").forEach((line, index) => {
    numbers.set(offset, index + 1);
    offset += line.length + 1;
  });
  return numbers;
});
