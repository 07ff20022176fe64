import { type ImageReference, resolveImageReference } from "../image-reference.ts";
import type { Span, Tracked } from "../source.ts";
import type { YamlMap } from "../yaml/model.ts";
import { at, itemsOf, textAt, trackedAt } from "../yaml/questions.ts";
import type { KubernetesObject } from "./model.ts";

/** Where each kind keeps the template of its pods. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  ReplicationController: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** The specification of the pods that an object makes; `undefined` for kinds that make none. */
export function podSpec(object: KubernetesObject): YamlMap | undefined {
  const path = templates[object.kind];
  const node = path === undefined ? undefined : at(object.node, ...path);
  return node?.kind === "map" ? node : undefined;
}

/** Labels of the pods that an object makes. */
export function podLabels(object: KubernetesObject): YamlMap | undefined {
  const path = templates[object.kind];
  if (path === undefined) return undefined;
  const node = at(object.node, ...path.slice(0, -1), "metadata", "labels");
  return node?.kind === "map" ? node : undefined;
}

/** One container of a pod. */
export interface KubernetesContainer {
  readonly name: string;
  readonly node: YamlMap;
  readonly init: boolean;
  readonly image: Tracked<ImageReference> | undefined;
  /** Where its name stands; the container itself without one. */
  readonly span: Span;
}

/** Containers of the pods that an object makes, init containers first. */
export function containersOf(object: KubernetesObject): readonly KubernetesContainer[] {
  const spec = podSpec(object);
  const read = (key: string, init: boolean): readonly KubernetesContainer[] =>
    itemsOf(at(spec, key)).flatMap((node) => {
      if (node.kind !== "map") return [];
      const name = trackedAt(node, "name");
      const image = trackedAt(node, "image");
      const reference = image === undefined ? undefined : resolveImageReference(image.value);
      return [
        {
          name: name?.value ?? "",
          node,
          init,
          image:
            image === undefined || reference === undefined
              ? undefined
              : { value: reference, span: image.span },
          span: name?.span ?? node.span,
        },
      ];
    });
  return [...read("initContainers", true), ...read("containers", false)];
}

/** Whether a selector's labels are all among those of a pod. */
export function selects(selector: YamlMap | undefined, labels: YamlMap | undefined): boolean {
  if (selector === undefined || selector.entries.length === 0) return false;
  return selector.entries.every((entry) => {
    return entry.value.kind === "scalar" && textAt(labels, entry.key) === entry.value.text;
  });
}
