import type { ProjectFacts } from "../read/facts.ts";
import type { InspectedImage } from "../read/image/model.ts";
import type { Span } from "../read/source.ts";

/** How bad it is, worst first: that is the order in which findings are shown. */
export const ranks = ["will-fail", "loses-data", "leaks", "hardening", "tidy"] as const;

/** See {@link ranks}. */
export type Rank = (typeof ranks)[number];

/** What a rule looks at; also the first letters of its code (GD, GC, GB, GX, GI, GK). */
export type RuleFamily = "dockerfile" | "compose" | "bake" | "across" | "image" | "kubernetes";

/** The same check elsewhere. */
export interface RuleAlias {
  readonly tool:
    | "hadolint"
    | "buildkit"
    | "dockle"
    | "dclint"
    | "trivy"
    | "kube-linter"
    | "checkov"
    | "compose-lint"
    | "cis"
    | "compose";
  /** `DL3002`, `SecretsUsedInArgOrEnv`, `CIS-DI-0001`, `no-duplicate-container-names`, `DS-0002`. */
  readonly id: string;
}

/** A replacement in a file: offsets are UTF-16 units of the text that was read. */
export interface TextEdit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits that cure a finding; applied together or not at all. */
export interface Remedy {
  /** Short: `use the exec form`. */
  readonly title: string;
  /** Whether it cannot change what the project does; `--fix` applies only these. */
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
}

/** Another place that belongs to a finding. */
export interface RelatedPlace {
  readonly at: Span;
  /** What is there: `the health check of the image`. */
  readonly message: string;
}

/** What a rule says about one place. The runner makes a {@link Finding} of it. */
export interface Report {
  readonly at: Span;
  /** One sentence with the user's own names in it. */
  readonly message: string;
  /** Only where the rule's own `why` is too general. */
  readonly why?: string;
  /** Only where something more exact than the rule's own `fix` can be said. */
  readonly fix?: string;
  readonly related?: readonly RelatedPlace[];
  readonly remedy?: Remedy;
}

/** A finding as `--format json` prints it. Paths are relative to where the check ran. */
export interface ToldFinding {
  readonly code: string;
  readonly name: string;
  readonly rank: Rank;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly related: readonly FindingPlace[];
}

/** A finding with where exactly it is, and the edits of `--fix`. */
export interface Finding extends ToldFinding {
  readonly span: Span;
  readonly remedy: Remedy | undefined;
}

/** Another place of a finding, as JSON prints it. */
export interface FindingPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A small project, path to text, that a rule catches or leaves alone; runs as a test and prints in `gantry explain`. */
export interface RuleExample {
  /** What is shown, a few words. */
  readonly title?: string;
  readonly files: Readonly<Record<string, string>>;
  /** Whether files may be run as programs, where that matters. */
  readonly executable?: Readonly<Record<string, boolean>>;
  /** Inspected images, for rules of the image family. */
  readonly images?: readonly InspectedImage[];
  /** `FILE:LINE` of every report, in order, when the place matters. */
  readonly at?: readonly string[];
}

/** One check. One file each in `rules/`. */
export interface Rule {
  /** Permanent: `GX001`. Never reused. */
  readonly code: string;
  /** Names the problem, not the cure: `probe-program-missing`. */
  readonly name: string;
  readonly family: RuleFamily;
  readonly rank: Rank;
  /** One sentence: what it finds. */
  readonly what: string;
  /** Why that is a problem, with the source of facts that are not common knowledge. */
  readonly why: string;
  /** What to do. */
  readonly fix: string;
  /** False for noisy ones that must be asked for; true when absent. */
  readonly enabled?: boolean;
  readonly aliases?: readonly RuleAlias[];
  readonly examples: { readonly bad: readonly RuleExample[]; readonly good: readonly RuleExample[] };
  /** Pure; must not throw on any facts. Order of reports does not matter. */
  check(facts: ProjectFacts): Iterable<Report>;
}
