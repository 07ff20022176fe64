import type { ProjectFacts } from "../read/facts.ts";
import { lineText } from "../read/source.ts";
import type { Finding } from "./types.ts";

/** Findings that a team has decided to live with for now, as a file in the repository. */
export interface Baseline {
  /** Version of this format. */
  readonly format: 1;
  readonly findings: readonly BaselineEntry[];
}

/** One accepted finding. Lines move, so that what is kept is the line's text, not its number. */
export interface BaselineEntry {
  readonly code: string;
  readonly file: string;
  /** Hash of the line's text, and how many findings of the code are on such lines of the file. */
  readonly line: string;
  readonly count: number;
}

/** The baseline that accepts exactly these findings; sorted, so that its changes read well. */
export function baselineOf(facts: ProjectFacts, findings: readonly Finding[]): Baseline {
  const entries = new Map<string, BaselineEntry>();
  for (const finding of findings) {
    const { code, file } = finding;
    const line = fingerprint(facts, finding);
    const key = `${file}\n${code}\n${line}`;
    entries.set(key, { code, file, line, count: (entries.get(key)?.count ?? 0) + 1 });
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return { format: 1, findings: sorted };
}

/** Text of a baseline file. */
export function formatBaseline(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** Reads a baseline file; `undefined` when it is none. */
export function parseBaseline(text: string): Baseline | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, findings } = value as { format?: unknown; findings?: unknown };
  if (format !== 1 || !Array.isArray(findings) || !findings.every(isEntry)) return undefined;
  return { format: 1, findings };
}

function isEntry(value: unknown): value is BaselineEntry {
  if (typeof value !== "object" || value === null) return false;
  const { code, file, line, count } = value as Record<string, unknown>;
  return (
    typeof code === "string" &&
    typeof file === "string" &&
    typeof line === "string" &&
    typeof count === "number"
  );
}

/** Findings against a baseline. */
export interface Compared {
  /** Not in the baseline. */
  readonly fresh: readonly Finding[];
  readonly accepted: readonly Finding[];
  /** Entries, or parts of their counts, that nothing matches any more: the baseline may shrink. */
  readonly cured: readonly BaselineEntry[];
}

/** Splits findings into those that a baseline accepts and those that are new. */
export function compareWithBaseline(
  facts: ProjectFacts,
  findings: readonly Finding[],
  baseline: Baseline,
): Compared {
  const left = new Map<string, number>();
  const keyOf = (entry: Pick<BaselineEntry, "code" | "file" | "line">): string =>
    `${entry.file}\n${entry.code}\n${entry.line}`;
  for (const entry of baseline.findings) left.set(keyOf(entry), entry.count);
  const fresh: Finding[] = [];
  const accepted: Finding[] = [];
  for (const finding of findings) {
    const key = keyOf({ ...finding, line: fingerprint(facts, finding) });
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    (count > 0 ? accepted : fresh).push(finding);
  }
  const cured = baseline.findings.flatMap((entry) => {
    const count = left.get(keyOf(entry)) ?? 0;
    return count > 0 ? [{ ...entry, count }] : [];
  });
  return { fresh, accepted, cured };
}

function fingerprint(facts: ProjectFacts, finding: Finding): string {
  const source = facts.sources.get(finding.file);
  const text =
    source === undefined ? finding.message : lineText(source, finding.line).trim().replace(/\s+/g, " ");
  // Loading it takes longer than a whole check without a baseline may.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
