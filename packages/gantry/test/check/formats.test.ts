import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { githubReport } from "../../src/check/formats/github.ts";
import { jsonLines } from "../../src/check/formats/json.ts";
import { junitReport } from "../../src/check/formats/junit.ts";
import { sarifReport } from "../../src/check/formats/sarif.ts";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { firstThings, groupFindings, worstRank } from "../../src/check/summary.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

const facts = readProject(
  memoryFiles({
    "a, b/Dockerfile": "FROM python:3.13-slim\nHEALTHCHECK CMD curl -f http://x || exit 1\nCOPPY <&> .\n",
    "compose.yaml": "services:\n  a:\n    build: { context: 'a, b', target: gone }\n",
  }),
);
const only = rules.filter((rule) => ["GX001", "GX004", "GX013"].includes(rule.code));
const { findings } = runChecks(facts, only);

describe("reports", () => {
  it("in JSON have exactly the documented fields", () => {
    const { findings: told } = JSON.parse([...jsonLines(findings)].join("\n")) as {
      findings: Record<string, unknown>[];
    };
    assert.equal(told.length, 3);
    const fields = ["code", "name", "rank", "file", "line", "column", "message", "why", "fix", "related"];
    for (const one of told) assert.deepEqual(Object.keys(one), fields);
    assert.deepEqual(told.map(({ code }) => code).sort(), ["GX001", "GX004", "GX013"]);
  });

  it("in JSON are the same text however many pieces it comes in", () => {
    for (const count of [0, 1, 99, 100, 101, 350]) {
      const many = Array.from({ length: count }, (_, at) => ({ ...findings[at % 3], line: at }) as const);
      const whole = many.map(({ span, remedy, ...told }) => told);
      assert.equal([...jsonLines(many as never)].join("\n"), JSON.stringify({ findings: whole }, null, 2));
    }
  });

  it("for GitHub escape what would end a property", () => {
    const line = githubReport(findings)
      .split("\n")
      .find((one) => one.includes("GX001"));
    assert.match(
      line ?? "",
      /^::error file=a%2C b\/Dockerfile,line=2,col=1,title=GX001 probe-program-missing::The health/,
    );
  });

  it("in JUnit form are well-formed, with and without findings", () => {
    const text = junitReport(findings);
    assert.match(text, /tests="3" failures="3"/);
    assert.equal(text.match(/<failure /g)?.length, 3);
    assert.doesNotMatch(text, /&(?!amp;|lt;|gt;|quot;)/);
    assert.match(junitReport([]), /tests="1" failures="0"/);
  });

  it("in SARIF name each rule once and point to it", () => {
    const log = JSON.parse(sarifReport(findings, rules, "1.2.3"));
    const [run] = log.runs;
    assert.equal(run.tool.driver.rules.length, 3);
    for (const result of run.results) assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    const uris = run.results.map(
      (result: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
        result.locations[0]?.physicalLocation.artifactLocation.uri,
    );
    assert.ok(uris.includes("a%2C%20b/Dockerfile"));
  });
});

describe("the summary", () => {
  it("names one finding a rule, the worst first", () => {
    const [one, two] = findings;
    assert.ok(one !== undefined && two !== undefined);
    const many = [
      { ...one, rank: "tidy" as const, code: "T" },
      { ...two, rank: "leaks" as const, code: "L" },
      { ...two, rank: "leaks" as const, code: "M" },
      { ...two, rank: "leaks" as const, code: "M" },
    ];
    assert.deepEqual(
      firstThings(many).map(({ code }) => code),
      ["M", "L", "T"],
    );
    assert.deepEqual(
      groupFindings(many).map(({ rank, rules: list }) => [rank, list.length]),
      [
        ["leaks", 2],
        ["tidy", 1],
      ],
    );
    assert.equal(worstRank(many), "leaks");
    assert.equal(worstRank([]), undefined);
  });
});
