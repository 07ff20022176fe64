import type { ToldFinding } from "../types.ts";

/** JUnit XML: one suite a file, one failed case a finding; a project without findings has one case that passed. */
export function junitReport(findings: readonly ToldFinding[]): string {
  const suites = [...Map.groupBy(findings, (finding) => finding.file)].map(([file, list]) => {
    const cases = list.map(
      (one) =>
        `    <testcase classname="${escaped(file)}" name="${escaped(`${one.code} ${one.name} line ${one.line}`)}">\n` +
        `      <failure type="${escaped(one.rank)}" message="${escaped(one.message)}">${escaped(`${file}:${one.line}:${one.column}\n${one.why}\n${one.fix}`)}</failure>\n` +
        "    </testcase>\n",
    );
    return `  <testsuite name="${escaped(file)}" tests="${list.length}" failures="${list.length}">\n${cases.join("")}  </testsuite>\n`;
  });
  const none =
    '  <testsuite name="gantry check" tests="1" failures="0">\n    <testcase classname="gantry" name="check"/>\n  </testsuite>\n';
  const body = suites.length === 0 ? none : suites.join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gantry check" tests="${Math.max(1, findings.length)}" failures="${findings.length}">\n${body}</testsuites>\n`;
}

/** XML has no way to write most control characters, so that they are left out. */
function escaped(text: string): string {
  return [...text]
    .filter((character) => character >= " " || character === "\n" || character === "\t")
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
