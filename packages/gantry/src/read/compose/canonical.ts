import type { ReadProblem } from "../source.ts";
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from "../yaml/model.ts";
import { interpolate } from "./interpolate.ts";

/** Fills variables into every value of a file; keys stay as they are, as in Compose. */
export function interpolateTree(
  node: YamlNode,
  lookup: (name: string) => string | undefined,
  problems: ReadProblem[],
): YamlNode {
  // Aliases share their values: each is filled in once, whatever the number of places it stands in.
  const done = new Map<YamlNode, YamlNode>();
  const visit = (one: YamlNode): YamlNode => {
    const before = done.get(one);
    if (before !== undefined) return before;
    const after = fill(one);
    done.set(one, after);
    return after;
  };
  const fill = (one: YamlNode): YamlNode => {
    if (one.kind === "list") return { ...one, items: one.items.map(visit) };
    if (one.kind === "map") {
      return { ...one, entries: one.entries.map((entry) => ({ ...entry, value: visit(entry.value) })) };
    }
    if (!one.raw.includes("$") || typeof one.value !== "string") return one;
    const filled = interpolate(one.raw, lookup);
    for (const message of filled.problems) problems.push({ span: one.span, message });
    const value = one.quoted ? filled.text : plainValue(filled.text);
    return { ...one, text: filled.text, value, variables: filled.variables };
  };
  return visit(node);
}

function plainValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** How a list becomes a mapping: which key each item gets, and what its value is. */
type KeyOf = (item: YamlNode) => { readonly key: string; readonly value: YamlNode } | undefined;

const nothing = (span: YamlScalar["span"]): YamlScalar => {
  return { kind: "scalar", value: null, text: "", raw: "", quoted: false, variables: [], span };
};

/** `NAME=value` items: the value is what follows the equals sign. */
const assignment: KeyOf = (item) => {
  if (item.kind !== "scalar") return undefined;
  const equals = item.text.indexOf("=");
  if (equals === -1) return { key: item.text, value: nothing(item.span) };
  const rawEquals = item.raw.indexOf("=");
  return {
    key: item.text.slice(0, equals),
    value: {
      ...item,
      text: item.text.slice(equals + 1),
      value: item.text.slice(equals + 1),
      raw: rawEquals === -1 ? item.raw : item.raw.slice(rawEquals + 1),
    },
  };
};

/** Items that are names: the value is nothing. */
const name: KeyOf = (item) =>
  item.kind === "scalar" ? { key: item.text, value: nothing(item.span) } : undefined;

/** `host:address` or `host=address`. */
const host: KeyOf = (item) => {
  if (item.kind !== "scalar") return undefined;
  const match = /^([^:=]+)[:=](.*)$/.exec(item.text);
  return match === null
    ? undefined
    : { key: match[1] as string, value: { ...item, text: match[2] as string, value: match[2] as string } };
};

const keyed: Readonly<Record<string, KeyOf>> = {
  "services.*.environment": assignment,
  "services.*.labels": assignment,
  "services.*.annotations": assignment,
  "services.*.sysctls": assignment,
  "services.*.extra_hosts": host,
  "services.*.networks": name,
  "services.*.depends_on": name,
  "services.*.build.args": assignment,
  "services.*.build.labels": assignment,
  "services.*.build.additional_contexts": assignment,
  "services.*.build.extra_hosts": host,
  "services.*.deploy.labels": assignment,
  "networks.*.labels": assignment,
  "volumes.*.labels": assignment,
};

/** Settings that may be written as one text where a list or mapping is meant. */
const single: Readonly<Record<string, "list" | "context">> = {
  "services.*.env_file": "list",
  "services.*.tmpfs": "list",
  "services.*.dns": "list",
  "services.*.dns_search": "list",
  "services.*.build": "context",
  "services.*.build.platforms": "list",
};

/** Brings short forms into the long ones that can be merged by key. */
export function canonical(root: YamlMap): YamlMap {
  return transform(root, []) as YamlMap;
}

/** Deepest path of the tables above. */
const depthOfTables = 4;

function transform(node: YamlNode, path: readonly string[]): YamlNode {
  const where = path.map((step, index) => (index === 1 ? "*" : step)).join(".");
  const form = single[where];
  let current = node;
  if (form === "context" && current.kind === "scalar") current = mapping(current, "context");
  if (form === "list" && current.kind === "scalar" && current.value !== null) {
    current = { kind: "list", items: [current], span: current.span };
  }
  const keyOf = keyed[where];
  if (keyOf !== undefined && current.kind === "list") current = byKey(current, keyOf);
  if (current.kind !== "map" || path.length >= depthOfTables) return current;
  return {
    ...current,
    entries: current.entries.map((entry) => ({
      ...entry,
      value: transform(entry.value, [...path, entry.key]),
    })),
  };
}

function mapping(value: YamlScalar, key: string): YamlMap {
  return { kind: "map", entries: [{ key, keySpan: value.span, value }], span: value.span };
}

function byKey(list: YamlList, keyOf: KeyOf): YamlMap {
  const entries = new Map<string, YamlEntry>();
  for (const item of list.items) {
    const found = keyOf(item);
    if (found !== undefined) entries.set(found.key, { ...found, keySpan: item.span });
  }
  const tag = list.tag === undefined ? {} : { tag: list.tag };
  return { kind: "map", entries: [...entries.values()], span: list.span, ...tag };
}
