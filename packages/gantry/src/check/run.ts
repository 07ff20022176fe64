import { byPlace, compareText, describeUnknown } from "../base/errors.ts";
import type { ProjectFacts } from "../read/facts.ts";
import { once } from "../read/once.ts";
import { type Suppression, silences, suppressionsIn } from "./suppressions.ts";
import { type Finding, type Rank, type Report, type Rule, ranks, type ToldFinding } from "./types.ts";

/** Settings of a run. */
export interface CheckOptions {
  /** Codes or names of rules not to run. */
  readonly off?: readonly string[];
  /** Codes or names of rules to run although they are off by default. */
  readonly on?: readonly string[];
  /** Other ranks, by code or name. */
  readonly ranks?: Readonly<Record<string, Rank>>;
}

/** What a run found. */
export interface CheckResult {
  /** Sorted by rank, worst first, then by place. */
  readonly findings: readonly Finding[];
  /** Findings that a comment silenced. */
  readonly silenced: readonly Finding[];
  /** Comments that silenced nothing, and those without a reason. */
  readonly idleSuppressions: readonly Suppression[];
  /** Rules that failed: defects of ours, which must not hide what the others found. */
  readonly failures: readonly RuleFailure[];
}

/** A rule that threw. */
export interface RuleFailure {
  readonly code: string;
  readonly message: string;
}

/** Runs rules over facts. */
export function runChecks(
  facts: ProjectFacts,
  rules: readonly Rule[],
  options: CheckOptions = {},
): CheckResult {
  const suppressions = readSuppressions(facts);
  const findings: Finding[] = [];
  const silenced: Finding[] = [];
  const failures: RuleFailure[] = [];
  const busy = new Set<Suppression>();
  for (const rule of rules) {
    if (!isOn(rule, options)) continue;
    const seen = new Set<string>();
    try {
      for (const report of rule.check(facts)) {
        const finding = findingOf(rule, report, options);
        const key = `${finding.file}\n${finding.line}\n${finding.column}\n${finding.message}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const by = suppressions.get(finding.file)?.find((one) => silences(one, finding, rule));
        if (by === undefined) findings.push(finding);
        else {
          busy.add(by);
          silenced.push(finding);
        }
      }
    } catch (error) {
      failures.push({ code: rule.code, message: describeUnknown(error) });
    }
  }
  const idleSuppressions = [...suppressions.values()].flat().filter((one) => {
    return one.tool === "gantry" && !busy.has(one);
  });
  return { findings: findings.sort(byRank), silenced: silenced.sort(byRank), idleSuppressions, failures };
}

function isOn(rule: Rule, options: CheckOptions): boolean {
  const named = (list: readonly string[] | undefined): boolean =>
    list?.some((one) => one === rule.code || one === rule.name) ?? false;
  if (named(options.off)) return false;
  return rule.enabled !== false || named(options.on);
}

function findingOf(rule: Rule, report: Report, options: CheckOptions): Finding {
  const { at } = report;
  return {
    code: rule.code,
    name: rule.name,
    rank: options.ranks?.[rule.code] ?? options.ranks?.[rule.name] ?? rule.rank,
    file: at.file,
    line: at.line,
    column: at.column,
    message: report.message,
    why: report.why ?? rule.why,
    fix: report.fix ?? rule.fix,
    related: (report.related ?? []).map(({ at: place, message }) => {
      return { file: place.file, line: place.line, column: place.column, message };
    }),
    span: at,
    remedy: report.remedy,
  };
}

/** Worst first, then as a reader goes through the files. */
export function byRank(a: ToldFinding, b: ToldFinding): number {
  return ranks.indexOf(a.rank) - ranks.indexOf(b.rank) || byPlace(a, b) || compareText(a.code, b.code);
}

const readSuppressions = once((facts: ProjectFacts): ReadonlyMap<string, readonly Suppression[]> => {
  const dockerfiles = new Map(facts.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  const found = new Map<string, readonly Suppression[]>();
  for (const [path, source] of facts.sources) {
    const list = suppressionsIn(source, dockerfiles.get(path));
    if (list.length > 0) found.set(path, list);
  }
  return found;
});
