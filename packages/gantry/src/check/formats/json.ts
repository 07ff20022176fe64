import type { Finding } from "../types.ts";

/** `{ "findings": [...] }`, as documented; paths are relative to where the check ran. */
export function jsonReport(findings: readonly Finding[]): string {
  const told = findings.map(({ code, name, rank, file, line, column, message, why, fix, related }) => {
    return { code, name, rank, file, line, column, message, why, fix, related };
  });
  return `${JSON.stringify({ findings: told }, null, 2)}\n`;
}
