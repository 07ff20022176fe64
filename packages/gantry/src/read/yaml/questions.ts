import type { Tracked } from "../source.ts";
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from "./model.ts";

/** The value at a path of keys and indexes: `at(service.node, "deploy", "resources")`. */
export function at(node: YamlNode | undefined, ...path: readonly (string | number)[]): YamlNode | undefined {
  let found = node;
  for (const step of path) {
    if (found === undefined) return undefined;
    if (found.kind === "map") found = entryOf(found, String(step))?.value;
    else if (found.kind === "list" && typeof step === "number") found = found.items[step];
    else return undefined;
  }
  return found;
}

/** The entry of a mapping with this key. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === "map" ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The scalar at a path. */
export function scalarAt(
  node: YamlNode | undefined,
  ...path: readonly (string | number)[]
): YamlScalar | undefined {
  const found = at(node, ...path);
  return found?.kind === "scalar" ? found : undefined;
}

/** The text at a path; `undefined` when there is none, or nothing was written there. */
export function textAt(
  node: YamlNode | undefined,
  ...path: readonly (string | number)[]
): string | undefined {
  const found = scalarAt(node, ...path);
  return found === undefined || (found.value === null && !found.quoted) ? undefined : found.text;
}

/** The text at a path with its place. */
export function trackedAt(
  node: YamlNode | undefined,
  ...path: readonly (string | number)[]
): Tracked<string> | undefined {
  const found = scalarAt(node, ...path);
  if (found === undefined || (found.value === null && !found.quoted)) return undefined;
  return { value: found.text, span: found.span };
}

/** Items of a list; none for all else. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === "list" ? node.items : [];
}

/** Entries of a mapping; none for all else. */
export function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === "map" ? node.entries : [];
}

/** Texts of a list, or of one scalar, with their places. */
export function textsOf(node: YamlNode | undefined): readonly Tracked<string>[] {
  const nodes = node?.kind === "scalar" ? [node] : itemsOf(node);
  return nodes.flatMap((one) =>
    one.kind === "scalar" && one.value !== null ? [{ value: one.text, span: one.span }] : [],
  );
}

/** Whether a variable of unknown value takes part in it, or in anything below it. */
export function isDynamic(node: YamlNode | undefined): boolean {
  if (node === undefined) return false;
  if (node.kind === "scalar") return !isKnown(node);
  if (node.kind === "list") return node.items.some(isDynamic);
  return node.entries.some((entry) => isDynamic(entry.value));
}

/** Whether every variable in it has a value, or a default that is used. */
export function isKnown(scalar: YamlScalar): boolean {
  return scalar.variables.every(
    (use) => use.value !== undefined || use.operator === "-" || use.operator === ":-",
  );
}

/** A mapping without some keys. */
export function without(node: YamlMap, ...keys: readonly string[]): YamlMap {
  return { ...node, entries: node.entries.filter((entry) => !keys.includes(entry.key)) };
}
