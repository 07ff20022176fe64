import type { ProjectFacts } from "../read/facts.ts";
import type { Finding, TextEdit } from "./types.ts";

/** A file before and after fixing. */
export interface FixedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What `--fix` would do; nothing is written. */
export interface FixPlan {
  /** Sorted by path; only files that change. */
  readonly files: readonly FixedFile[];
  /** Findings that are cured by it. */
  readonly fixed: readonly Finding[];
  /** Findings whose edits meet those of another finding: they wait for the next run. */
  readonly postponed: readonly Finding[];
}

/**
 * Works out the edits of findings: each finding's edits are done together or not at all, and the bytes outside of them
 * stay as they are. Only safe remedies, unless `risky` asks for the others too.
 */
export function planFixes(
  facts: ProjectFacts,
  findings: readonly Finding[],
  options: { readonly risky?: boolean } = {},
): FixPlan {
  const taken: TextEdit[] = [];
  const fixed: Finding[] = [];
  const postponed: Finding[] = [];
  for (const finding of findings) {
    const { remedy } = finding;
    if (remedy === undefined || !(remedy.safe || options.risky === true)) continue;
    if (!remedy.edits.every((edit) => fits(facts, edit))) continue;
    const fresh = remedy.edits.filter((edit) => !taken.some((other) => sameEdit(edit, other)));
    if (fresh.some((edit) => taken.some((other) => meets(edit, other)))) {
      postponed.push(finding);
      continue;
    }
    taken.push(...fresh);
    fixed.push(finding);
  }
  const files = [...Map.groupBy(taken, (edit) => edit.file)]
    .map(([path, edits]) => fixedFile(facts, path, edits))
    .filter((file) => file.before !== file.after)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, fixed, postponed };
}

function fits(facts: ProjectFacts, edit: TextEdit): boolean {
  const source = facts.sources.get(edit.file);
  return source !== undefined && edit.start >= 0 && edit.start <= edit.end && edit.end <= source.text.length;
}

function sameEdit(a: TextEdit, b: TextEdit): boolean {
  return a.file === b.file && a.start === b.start && a.end === b.end && a.text === b.text;
}

/** Two insertions at one place would depend on their order, so that they meet as well. */
function meets(a: TextEdit, b: TextEdit): boolean {
  if (a.file !== b.file) return false;
  if (a.start === b.start) return true;
  return a.start < b.end && b.start < a.end;
}

function fixedFile(facts: ProjectFacts, path: string, edits: readonly TextEdit[]): FixedFile {
  const before = facts.sources.get(path)?.text ?? "";
  let after = "";
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    after += before.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return { path, before, after: after + before.slice(at) };
}
