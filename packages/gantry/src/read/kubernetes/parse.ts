import type { YamlNode } from "../yaml/model.ts";
import type { YamlFile } from "../yaml/parse.ts";
import { itemsOf, scalarAt, textAt } from "../yaml/questions.ts";
import type { KubernetesFile, KubernetesObject } from "./model.ts";

/** Whether a text may hold Kubernetes objects: cheap, for folders full of other YAML. Helm templates are not YAML. */
export function looksLikeKubernetes(text: string): boolean {
  return (
    text.includes("apiVersion") &&
    /^\s*["']?apiVersion["']?\s*:/m.test(text) &&
    /^\s*["']?kind["']?\s*:/m.test(text) &&
    !text.includes("{{") &&
    !definesTypesOnly(text)
  );
}

/** Whether all of a text's objects define types: long, made by programs, and nothing that runs. */
function definesTypesOnly(text: string): boolean {
  if (!text.includes("CustomResourceDefinition")) return false;
  const kinds = [...text.matchAll(/^kind[ \t]*:[ \t]*["']?(\w+)/gm)];
  return kinds.length > 0 && kinds.every(([, kind]) => kind === "CustomResourceDefinition");
}

/** Objects of a YAML file; `undefined` when it has none. */
export function kubernetesFile(file: YamlFile): KubernetesFile | undefined {
  const objects = file.documents.flatMap(objectsIn);
  if (objects.length === 0) return undefined;
  const { path, source, problems } = file;
  return { path, source, objects, problems };
}

function objectsIn(node: YamlNode): readonly KubernetesObject[] {
  const apiVersion = textAt(node, "apiVersion");
  const kind = scalarAt(node, "kind");
  if (node.kind !== "map" || apiVersion === undefined || kind === undefined) return [];
  if (kind.text === "List")
    return itemsOf(node.entries.find((entry) => entry.key === "items")?.value).flatMap(objectsIn);
  return [
    {
      apiVersion,
      kind: kind.text,
      name: textAt(node, "metadata", "name") ?? "",
      namespace: textAt(node, "metadata", "namespace"),
      span: kind.span,
      node,
    },
  ];
}
