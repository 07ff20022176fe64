import type { BuildLink } from "../build-link.ts";
import type { EnvironmentEntry } from "../compose/model.ts";
import type { Comment, ReadProblem, SourceFile, Span, Tracked } from "../source.ts";

/** A Bake file (HCL or JSON), evaluated with its default variables. */
export interface BakeFile {
  readonly path: string;
  readonly source: SourceFile;
  readonly variables: readonly BakeVariable[];
  readonly groups: readonly BakeGroup[];
  /** Targets after `inherits` and `matrix`. */
  readonly targets: readonly BakeTarget[];
  readonly comments: readonly Comment[];
  readonly problems: readonly ReadProblem[];
}

/** `variable "TAG" { default = "dev" }`. */
export interface BakeVariable {
  readonly name: string;
  /** `undefined` when it has no default, or one that is no text, number or truth value. */
  readonly default: string | undefined;
  readonly span: Span;
}

/** `group "default" { targets = [...] }`. */
export interface BakeGroup {
  readonly name: string;
  readonly targets: readonly Tracked<string>[];
  readonly span: Span;
}

/** A target; `undefined` and empty when not given or when the expression cannot be evaluated. */
export interface BakeTarget {
  readonly name: string;
  readonly span: Span;
  readonly inherits: readonly Tracked<string>[];
  readonly context: Tracked<string> | undefined;
  readonly dockerfile: Tracked<string> | undefined;
  readonly inline: Tracked<string> | undefined;
  readonly target: Tracked<string> | undefined;
  readonly args: readonly EnvironmentEntry[];
  readonly contexts: readonly EnvironmentEntry[];
  readonly labels: readonly EnvironmentEntry[];
  readonly tags: readonly Tracked<string>[];
  readonly platforms: readonly Tracked<string>[];
  readonly cacheFrom: readonly Tracked<string>[];
  readonly cacheTo: readonly Tracked<string>[];
  /** `id=...` of each; the text is the value. */
  readonly secrets: readonly Tracked<string>[];
  readonly output: readonly Tracked<string>[];
  readonly link: BuildLink;
}
