import type { Rank, Rule, ToldFinding } from "../types.ts";

const levels: Readonly<Record<Rank, "error" | "warning" | "note">> = {
  "will-fail": "error",
  "loses-data": "error",
  leaks: "error",
  hardening: "warning",
  tidy: "note",
};

/** SARIF 2.1.0, with the rules that have findings; https://docs.oasis-open.org/sarif/sarif/v2.1.0/. */
export function sarifReport(
  findings: readonly ToldFinding[],
  rules: readonly Rule[],
  version: string,
): string {
  const codes = new Set(findings.map((finding) => finding.code));
  const used = rules.filter((rule) => codes.has(rule.code));
  const driver = {
    name: "gantry",
    version,
    rules: used.map((rule) => ({
      id: rule.code,
      name: rule.name,
      shortDescription: { text: rule.what },
      fullDescription: { text: rule.why },
      help: { text: rule.fix },
      defaultConfiguration: { level: levels[rule.rank] },
      properties: { tags: [rule.family, rule.rank] },
    })),
  };
  const results = findings.map((finding) => ({
    ruleId: finding.code,
    ruleIndex: used.findIndex((rule) => rule.code === finding.code),
    level: levels[finding.rank],
    message: { text: `${finding.message} ${finding.fix}` },
    locations: [location(finding)],
    relatedLocations: finding.related.map((place, id) => ({
      id,
      ...location(place),
      message: { text: place.message },
    })),
  }));
  const run = { tool: { driver }, columnKind: "utf16CodeUnits", results };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function location(place: { readonly file: string; readonly line: number; readonly column: number }): object {
  const uri = place.file.split("/").map(encodeURIComponent).join("/");
  const region = { startLine: place.line, startColumn: place.column };
  return { physicalLocation: { artifactLocation: { uri }, region } };
}
