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

/** The entries that accept exactly these findings. */
export function entriesFor(facts: ProjectFacts, findings: readonly Finding[]): readonly BaselineEntry[] {
  const entries = new Map<string, BaselineEntry>();
  for (const finding of findings) {
    const { code, file } = finding;
    const line = fingerprint(facts, finding);
    const key = keyOf({ code, file, line });
    entries.set(key, { code, file, line, count: (entries.get(key)?.count ?? 0) + 1 });
  }
  return [...entries.values()];
}

/** A baseline of entries; sorted, so that its changes read well. */
export function baselineOf(entries: readonly BaselineEntry[]): Baseline {
  return { format: 1, findings: entries.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
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

/** How many findings a baseline still accepts, by file, code and line. */
export type Allowance = ReadonlyMap<string, BaselineEntry>;

/** All that a baseline accepts. */
export function allowanceOf(baseline: Baseline): Allowance {
  return new Map(baseline.findings.map((entry) => [keyOf(entry), entry]));
}

function keyOf({ file, code, line }: Pick<BaselineEntry, "code" | "file" | "line">): string {
  return `${file}\n${code}\n${line}`;
}

/** Findings against a baseline. */
export interface Compared {
  /** Not in the baseline. */
  readonly fresh: readonly Finding[];
  readonly accepted: readonly Finding[];
  /** What it accepts beside these; entries that are left at the end are cured, and the baseline may shrink. */
  readonly left: Allowance;
}

/** Splits findings into those that a baseline accepts and those that are new. */
export function compareWithBaseline(
  facts: ProjectFacts,
  findings: readonly Finding[],
  allowance: Allowance,
): Compared {
  const left = new Map(allowance);
  const fresh: Finding[] = [];
  const accepted: Finding[] = [];
  for (const finding of findings) {
    const key = keyOf({ ...finding, line: fingerprint(facts, finding) });
    const entry = left.get(key);
    (entry === undefined ? fresh : accepted).push(finding);
    if (entry === undefined) continue;
    if (entry.count > 1) left.set(key, { ...entry, count: entry.count - 1 });
    else left.delete(key);
  }
  return { fresh, accepted, left };
}

function fingerprint(facts: ProjectFacts, finding: Finding): string {
  const source = facts.sources.get(finding.file);
  const text =
    source === undefined ? finding.message : lineText(source, finding.line).trim().replace(/\s+/g, " ");
  // Loading it takes longer than a whole check without a baseline may.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
