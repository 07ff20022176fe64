import type { ReadProblem, SourceFile, Span } from "../source.ts";
import type { YamlMap } from "../yaml/model.ts";

/** A YAML file with Kubernetes objects. */
export interface KubernetesFile {
  readonly path: string;
  readonly source: SourceFile;
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly ReadProblem[];
}

/** One object; ask it with `at(object.node, "spec", "replicas")`, `podSpec(object)`, `containersOf(object)`. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Where its kind is written. */
  readonly span: Span;
  readonly node: YamlMap;
}
