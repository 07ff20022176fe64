import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  allowanceOf,
  baselineOf,
  compareWithBaseline,
  entriesFor,
  formatBaseline,
  parseBaseline,
} from "../../src/check/baseline.ts";
import { runChecks } from "../../src/check/run.ts";
import type { Report, Rule } from "../../src/check/types.ts";
import type { ProjectFacts } from "../../src/read/facts.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { eachInstruction, eachService } from "../../src/read/walk.ts";

function rule(
  code: string,
  check: (facts: ProjectFacts) => Iterable<Report>,
  more: Partial<Rule> = {},
): Rule {
  const texts = { what: "what", why: "why", fix: "fix" };
  return {
    code,
    name: `name-${code.toLowerCase()}`,
    family: "across",
    rank: "tidy",
    ...texts,
    examples: { bad: [], good: [] },
    check,
    ...more,
  };
}

const everyRun: Rule = rule(
  "GD900",
  (facts) =>
    [...eachInstruction(facts, "RUN")].map(({ instruction }) => ({
      at: instruction.span,
      message: instruction.text,
    })),
  {
    aliases: [
      { tool: "hadolint", id: "DL9000" },
      { tool: "buildkit", id: "EveryRun" },
    ],
  },
);
const everyService: Rule = rule("GC900", (facts) =>
  [...eachService(facts)].map(({ service }) => ({
    at: service.image?.span ?? service.nameSpan,
    message: service.name,
  })),
);

function check(files: Readonly<Record<string, string>>, rules: readonly Rule[] = [everyRun, everyService]) {
  return runChecks(readProject(memoryFiles(files)), rules);
}

function places(findings: readonly { readonly file: string; readonly line: number }[]): readonly string[] {
  return findings.map(({ file, line }) => `${file}:${line}`);
}

describe("suppressions in a Dockerfile", () => {
  it("need a reason, stand above or inside the instruction, and count for nothing else", () => {
    const result = check({
      Dockerfile:
        "FROM x\n# gantry ignore=GD900: it is fine\nRUN a\nRUN b\n# gantry ignore=GD900\nRUN c\nRUN d && \\\n  # gantry ignore=name-gd900: so\n  e\n",
    });
    assert.deepEqual(places(result.findings), ["Dockerfile:4", "Dockerfile:6"]);
    assert.deepEqual(places(result.silenced), ["Dockerfile:3", "Dockerfile:7"]);
    assert.deepEqual(
      result.idleSuppressions.map(({ line, reason }) => [line, reason]),
      [[5, ""]],
    );
  });

  it("of other tools are honoured where the rule is the same", () => {
    assert.deepEqual(
      places(check({ Dockerfile: "FROM x\n# hadolint ignore=DL1,DL9000\nRUN a\nRUN b\n" }).findings),
      ["Dockerfile:4"],
    );
    assert.deepEqual(check({ Dockerfile: "# hadolint global ignore=DL9000\nFROM x\nRUN a\n" }).findings, []);
    assert.deepEqual(check({ Dockerfile: "# check=skip=EveryRun;error=true\nFROM x\nRUN a\n" }).findings, []);
    assert.deepEqual(check({ Dockerfile: "# check=skip=all\nFROM x\nRUN a\n" }).findings, []);
    assert.equal(check({ Dockerfile: "# check=skip=Other\nFROM x\nRUN a\n" }).findings.length, 1);
  });

  it("may count for the whole file", () => {
    const text = "# gantry ignore-file=GD900: generated\nFROM x\nRUN a\nRUN b\n";
    assert.deepEqual(check({ Dockerfile: text }).findings, []);
  });
});

describe("suppressions in a Compose file", () => {
  it("count for their line, or for all that is in the key below", () => {
    const result = check({
      "compose.yaml":
        "services:\n  # gantry ignore=GC900: bought\n  a:\n    restart: always\n    image: a\n  b:\n    image: b # gantry ignore=GC900: so\n  c:\n    image: c\n",
    });
    assert.deepEqual(places(result.findings), ["compose.yaml:9"]);
    assert.deepEqual(result.idleSuppressions, []);
  });
});

describe("a run", () => {
  it("sorts by rank, then by place, and says each thing once", () => {
    const late = rule("GD901", (facts) => [...everyRun.check(facts), ...everyRun.check(facts)], {
      rank: "leaks",
    });
    const result = check({ Dockerfile: "FROM x\nRUN a\nRUN b\n" }, [everyRun, late]);
    assert.deepEqual(
      result.findings.map(({ code, line }) => `${code}:${line}`),
      ["GD901:2", "GD901:3", "GD900:2", "GD900:3"],
    );
  });

  it("goes on when a rule fails", () => {
    const broken = rule("GD902", () => {
      throw new Error("oops");
    });
    const result = check({ Dockerfile: "FROM x\nRUN a\n" }, [broken, everyRun]);
    assert.deepEqual(result.failures, [{ code: "GD902", message: "oops" }]);
    assert.equal(result.findings.length, 1);
  });

  it("leaves out what is off, runs what was asked for, and takes other ranks", () => {
    const facts = readProject(memoryFiles({ Dockerfile: "FROM x\nRUN a\n" }));
    const quiet = { ...everyRun, enabled: false };
    assert.deepEqual(runChecks(facts, [quiet]).findings, []);
    assert.equal(runChecks(facts, [quiet], { on: ["GD900"] }).findings.length, 1);
    assert.deepEqual(runChecks(facts, [everyRun], { off: ["name-gd900"] }).findings, []);
    assert.equal(runChecks(facts, [everyRun], { ranks: { GD900: "leaks" } }).findings[0]?.rank, "leaks");
  });
});

describe("a baseline", () => {
  const before = readProject(memoryFiles({ Dockerfile: "FROM x\nRUN a\nRUN a\nRUN b\n" }));
  const baseline = baselineOf(entriesFor(before, runChecks(before, [everyRun]).findings));

  it("accepts what was there, wherever its lines went", () => {
    const after = readProject(memoryFiles({ Dockerfile: "FROM x\n\n# new\nRUN   a\nRUN c\nRUN a\nRUN a\n" }));
    const compared = compareWithBaseline(after, runChecks(after, [everyRun]).findings, allowanceOf(baseline));
    assert.deepEqual(places(compared.fresh), ["Dockerfile:5", "Dockerfile:7"]);
    assert.deepEqual(places(compared.accepted), ["Dockerfile:4", "Dockerfile:6"]);
    assert.equal(compared.left.size, 1);
  });

  it("is read back as it was written; other files are refused", () => {
    assert.deepEqual(parseBaseline(formatBaseline(baseline)), baseline);
    for (const text of ["", "{}", "[]", '{"format":1,"findings":[1]}', '{"format":2,"findings":[]}']) {
      assert.equal(parseBaseline(text), undefined);
    }
  });
});
