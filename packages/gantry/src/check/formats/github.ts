import type { Rank, ToldFinding } from "../types.ts";

const levels: Readonly<Record<Rank, "error" | "warning" | "notice">> = {
  "will-fail": "error",
  "loses-data": "error",
  leaks: "error",
  hardening: "warning",
  tidy: "notice",
};

/** Workflow commands that put findings beside the lines of a pull request, one line each. */
export function githubReport(findings: readonly ToldFinding[]): string {
  return findings
    .map((finding) => {
      const { file, line, column, code, name } = finding;
      const place = `file=${property(file)},line=${line},col=${column}`;
      const text = `${finding.message}\n${finding.fix}`;
      return `::${levels[finding.rank]} ${place},title=${property(`${code} ${name}`)}::${data(text)}\n`;
    })
    .join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
