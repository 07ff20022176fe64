import { type Allowance, compareWithBaseline } from "../../check/baseline.ts";
import { type FixedFile, planFixes } from "../../check/fix.ts";
import { rules } from "../../check/rules/index.ts";
import { type CheckOptions, type RuleFailure, runChecks } from "../../check/run.ts";
import type { CheckSettings } from "../../check/settings.ts";
import type { Suppression } from "../../check/suppressions.ts";
import type { Finding } from "../../check/types.ts";
import type { ProjectFacts, ProjectFiles } from "../../read/facts.ts";
import type { ProjectPart } from "../../read/parts.ts";
import { readProject } from "../../read/project.ts";
import { overlaid } from "./overlay.ts";
import { isWithin } from "./places.ts";

/** What decides which findings count. */
export interface Judge {
  readonly settings: CheckSettings;
  readonly only: readonly string[] | undefined;
  /** When there are some, only findings about them count. */
  readonly images: ReadonlySet<string>;
}

/** What was found in some facts. */
export interface Judged {
  readonly facts: ProjectFacts;
  readonly fresh: readonly Finding[];
  readonly accepted: readonly Finding[];
  /** What the baseline accepts beside these. */
  readonly left: Allowance;
  readonly silenced: number;
  readonly idle: readonly Suppression[];
  readonly failures: readonly RuleFailure[];
}

/** Runs the rules that count over facts. */
export function judged(facts: ProjectFacts, judge: Judge, allowance: Allowance): Judged {
  const counts = ({ file }: { readonly file: string }): boolean =>
    (judge.images.size === 0 || judge.images.has(file)) &&
    (judge.only === undefined || isWithin(file, judge.only)) &&
    !isWithin(file, judge.settings.skip);
  const chosen = rules.filter((rule) => judge.images.size === 0 || rule.family === "image");
  const result = runChecks(facts, chosen, judge.settings.rules satisfies CheckOptions);
  const found = result.findings.filter(counts);
  const compared =
    allowance.size === 0
      ? { fresh: found, accepted: [], left: allowance }
      : compareWithBaseline(facts, found, allowance);
  return {
    facts,
    ...compared,
    silenced: result.silenced.filter(counts).length,
    idle: judge.images.size === 0 ? result.idleSuppressions.filter(counts) : [],
    failures: result.failures,
  };
}

/** Most rounds of fixing: one fix may uncover the next, and two that meet take turns. */
const mostRounds = 8;

/** Applies safe fixes in memory until none is left, so that the difference is shown and written as a whole. */
export function fixAll(
  files: ProjectFiles,
  part: ProjectPart | undefined,
  begun: Judged,
  judge: (facts: ProjectFacts) => Judged,
): { readonly files: readonly FixedFile[]; readonly fixed: number; readonly now: Judged } {
  const texts = new Map<string, string>();
  let now = begun;
  let fixed = 0;
  for (let round = 0; round < mostRounds; round++) {
    const plan = planFixes(now.facts, now.fresh);
    if (plan.files.length === 0) break;
    fixed += plan.fixed.length;
    for (const { path, after } of plan.files) texts.set(path, after);
    now = judge({ ...readProject(overlaid(files, texts), part), images: begun.facts.images });
  }
  const changed = [...texts].flatMap(([path, after]) => {
    const before = files.read(path);
    return before === undefined || before === after ? [] : [{ path, before, after }];
  });
  return { files: changed.sort((a, b) => (a.path < b.path ? -1 : 1)), fixed, now };
}
