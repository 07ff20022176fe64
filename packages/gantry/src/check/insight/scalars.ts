import type { YamlNode, YamlScalar } from "../../read/yaml/model.ts";

/** Every plain value below a node, in order. */
export function* scalarsOf(node: YamlNode): Generator<YamlScalar> {
  if (node.kind === "scalar") yield node;
  else if (node.kind === "list") for (const item of node.items) yield* scalarsOf(item);
  else for (const { value } of node.entries) yield* scalarsOf(value);
}
