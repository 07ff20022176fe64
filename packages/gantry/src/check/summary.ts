import { type Rank, ranks, type ToldFinding } from "./types.ts";

/** Findings of one rank, and within it of one rule, in the order in which they are shown. */
export interface FindingGroup {
  readonly rank: Rank;
  readonly rules: readonly {
    readonly code: string;
    readonly name: string;
    readonly findings: readonly ToldFinding[];
  }[];
}

/** Groups sorted findings: by rank, worst first, then by rule, the rule with the first finding first. */
export function groupFindings(findings: readonly ToldFinding[]): readonly FindingGroup[] {
  return ranks.flatMap((rank) => {
    const own = findings.filter((finding) => finding.rank === rank);
    if (own.length === 0) return [];
    const rules = [...Map.groupBy(own, (finding) => finding.code)].map(([code, list]) => ({
      code,
      name: list[0]?.name ?? "",
      findings: list,
    }));
    return [{ rank, rules }];
  });
}

/** Of the rules about hardening those whose findings give the whole machine away, by the engine or without any bounds. */
const givesHostAway = new Set([
  "docker-socket-mounted",
  "privileged-container",
  "pod-privileged",
  "capability-too-strong",
]);

/**
 * The things to fix first: one finding a rule, worst rank first; in a rank what gives the host away, then those with the
 * most findings.
 */
export function firstThings(findings: readonly ToldFinding[], count = 3): readonly ToldFinding[] {
  const grave = ({ name }: { readonly name: string }): number => (givesHostAway.has(name) ? 1 : 0);
  return groupFindings(findings)
    .flatMap(({ rules }) =>
      rules.toSorted((a, b) => grave(b) - grave(a) || b.findings.length - a.findings.length),
    )
    .flatMap(({ findings: list }) => list.slice(0, 1))
    .slice(0, count);
}

/** The worst rank among findings; `undefined` without any. */
export function worstRank(findings: readonly ToldFinding[]): Rank | undefined {
  return ranks.find((rank) => findings.some((finding) => finding.rank === rank));
}
