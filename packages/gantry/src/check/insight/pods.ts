import type { ProjectFacts } from "../../read/facts.ts";
import type { KubernetesObject } from "../../read/kubernetes/model.ts";
import { containersOf } from "../../read/kubernetes/questions.ts";
import { folderOf } from "../../read/paths.ts";
import { eachObject } from "../../read/walk.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, entriesOf, itemsOf, textAt } from "../../read/yaml/questions.ts";

/** Labels by name. */
export type Labels = ReadonlyMap<string, string>;

/** Something that makes pods, with their labels. */
export interface Workload {
  readonly object: KubernetesObject;
  readonly path: string;
  readonly labels: Labels;
}

/** Kinds that keep pods running. */
export const longRunningKinds: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/** Everything in the project that makes pods. */
export function workloadsOf(facts: ProjectFacts): readonly Workload[] {
  return [...eachObject(facts, ...longRunningKinds, "ReplicationController", "Pod", "Job", "CronJob")].map(
    ({ file, object }) => ({
      object,
      path: file.path,
      labels: labelsAt(podTemplate(object), "metadata", "labels"),
    }),
  );
}

/** The node with `metadata` and `spec` of the pods of a workload. */
export function podTemplate(object: KubernetesObject): YamlNode | undefined {
  if (object.kind === "Pod") return object.node;
  if (object.kind === "CronJob") return at(object.node, "spec", "jobTemplate", "spec", "template");
  return at(object.node, "spec", "template");
}

/** Labels of a mapping; empty when it is missing. */
export function labelsAt(node: YamlNode | undefined, ...path: readonly string[]): Labels {
  return new Map(
    entriesOf(at(node, ...path)).flatMap(({ key, value }) =>
      value.kind === "scalar" ? [[key, value.text] as const] : [],
    ),
  );
}

/** Whether labels have all that a selector asks for. An empty selector selects nothing here. */
export function selects(selector: Labels, labels: Labels): boolean {
  return selector.size > 0 && [...selector].every(([name, value]) => labels.get(name) === value);
}

/** Whether two objects are (as far as the files tell) in the same namespace. */
export function sameNamespace(one: KubernetesObject, other: KubernetesObject): boolean {
  return one.namespace === undefined || other.namespace === undefined || one.namespace === other.namespace;
}

/**
 * Whether two objects are of one application, as far as the files tell: in the same namespace, and not below different
 * folders at the top, as the examples of a collection are, which use the same names again.
 */
export function sameApplication(one: KubernetesObject, other: KubernetesObject): boolean {
  const [mine, theirs] = [one, other].map(({ span }) => span.file.split("/"));
  const near = mine?.length === 1 || theirs?.length === 1 || mine?.[0] === theirs?.[0];
  return near && sameNamespace(one, other);
}

/** Whether two files are applied together, as far as their places tell: they are in the same folder. */
export function sameFolder(one: string, other: string): boolean {
  return folderOf(one) === folderOf(other);
}

/** A port that a container declares. */
export interface PodPort {
  readonly container: string;
  readonly name: string | undefined;
  readonly port: number;
}

/** Ports that the containers of a workload declare, sidecars among the init containers too. */
export function portsOf(object: KubernetesObject): readonly PodPort[] {
  return containersOf(object).flatMap((container) =>
    itemsOf(at(container.node, "ports")).flatMap((port) => {
      const number = Number(textAt(port, "containerPort"));
      if (!Number.isInteger(number)) return [];
      return [{ container: container.name, name: textAt(port, "name"), port: number }];
    }),
  );
}

/** How many pods a workload keeps: `spec.replicas`, one when it is missing; `undefined` for a DaemonSet. */
export function replicasOf(object: KubernetesObject): number | undefined {
  if (object.kind === "DaemonSet") return undefined;
  const text = textAt(object.node, "spec", "replicas");
  const count = Number(text ?? "1");
  return Number.isInteger(count) ? count : undefined;
}

/** `Deployment web`. */
export function titleOf(object: KubernetesObject): string {
  return `${object.kind} ${object.name}`;
}
