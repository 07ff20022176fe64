import type { ToldFinding } from "../types.ts";

/** Findings that are made text at once. */
const atOnce = 100;

/**
 * `{ "findings": [...] }`, as documented, in pieces of whole lines without the last line end: the text of many findings
 * takes more memory than the findings. Paths are relative to where the check ran.
 */
export function* jsonLines(findings: readonly ToldFinding[]): Generator<string> {
  if (findings.length === 0) {
    yield JSON.stringify({ findings: [] }, null, 2);
    return;
  }
  yield '{\n  "findings": [';
  for (let at = 0; at < findings.length; at += atOnce) {
    const told = findings.slice(at, at + atOnce).map(toldOf);
    // The lines between the brackets of a list, which stand one level deeper here.
    const lines = JSON.stringify(told, null, 2).slice(2, -2).replaceAll("\n", "\n  ");
    yield `  ${lines}${at + atOnce < findings.length ? "," : ""}`;
  }
  yield "  ]\n}";
}

function toldOf({ code, name, rank, file, line, column, message, why, fix, related }: ToldFinding): object {
  return { code, name, rank, file, line, column, message, why, fix, related };
}
