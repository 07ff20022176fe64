import type { YamlEntry, YamlMap, YamlNode } from "../yaml/model.ts";
import { at, textAt } from "../yaml/questions.ts";
import { splitPort } from "./ports.ts";
import { splitVolume } from "./volumes.ts";

/** Lists that a later file replaces instead of adding to. */
const replaced = new Set([
  "services.*.command",
  "services.*.entrypoint",
  "services.*.healthcheck.test",
  "services.*.build.platforms",
]);

/** Lists whose items have an identity: a later item of the same one replaces the earlier. */
const identified: Readonly<Record<string, (item: YamlNode) => string>> = {
  "services.*.ports": portIdentity,
  "services.*.volumes": (item) =>
    textAt(item, "target") ?? (item.kind === "scalar" ? splitVolume(item.text).target : ""),
  "services.*.secrets": grantIdentity,
  "services.*.configs": grantIdentity,
  "services.*.devices": (item) => (item.kind === "scalar" ? (item.text.split(":")[1] ?? item.text) : ""),
  "services.*.env_file": (item) => textAt(item, "path") ?? (item.kind === "scalar" ? item.text : ""),
};

/** Merges `over` into `base` by the rules of Compose: mappings by key, lists added or by identity, the rest replaced. */
export function mergeModels(base: YamlMap, over: YamlMap): YamlMap {
  return merge(base, over, []) as YamlMap;
}

/** Merges one service into another, as `extends` does. */
export function mergeServices(base: YamlMap, over: YamlMap): YamlMap {
  return merge(base, over, ["services", "*"]) as YamlMap;
}

function merge(base: YamlNode, over: YamlNode, path: readonly string[]): YamlNode {
  if (over.tag === "!override" || over.tag === "!reset") return over;
  if (base.kind === "map" && over.kind === "map") {
    const entries = new Map<string, YamlEntry>(base.entries.map((entry) => [entry.key, entry]));
    for (const entry of over.entries) {
      const before = entries.get(entry.key);
      const step = path.length === 1 ? "*" : entry.key;
      if (entry.value.tag === "!reset") entries.delete(entry.key);
      else if (before === undefined) entries.set(entry.key, entry);
      else {
        const value = merge(before.value, entry.value, [...path, step]);
        entries.set(entry.key, { key: entry.key, keySpan: keySpanOf(before, entry, path), value });
      }
    }
    return { ...base, entries: [...entries.values()], span: over.entries.length > 0 ? base.span : over.span };
  }
  // A key without a value adds nothing to what was there: `data:` beside a volume that has settings.
  if (over.kind === "scalar" && over.value === null && base.kind === "map") return base;
  if (base.kind !== "list" || over.kind !== "list") return over;
  const where = path.join(".");
  if (replaced.has(where)) return over;
  const identity = identified[where] ?? textIdentity;
  const items = new Map<string, YamlNode>();
  for (const item of [...base.items, ...over.items]) items.set(identity(item) || `#${items.size}`, item);
  return { ...over, items: [...items.values()] };
}

/** Services and resources are shown where they were first written, settings where they were written last. */
function keySpanOf(before: YamlEntry, after: YamlEntry, path: readonly string[]): YamlEntry["keySpan"] {
  return path.length <= 1 ? before.keySpan : after.keySpan;
}

function textIdentity(item: YamlNode): string {
  return item.kind === "scalar" ? `=${item.text}` : "";
}

function grantIdentity(item: YamlNode): string {
  if (item.kind === "scalar") return item.text;
  return textAt(item, "target") ?? textAt(item, "source") ?? "";
}

function portIdentity(item: YamlNode): string {
  if (item.kind === "map") {
    const part = (key: string): string => textAt(at(item, key)) ?? "";
    return [part("host_ip"), part("published"), part("target"), part("protocol") || "tcp"].join(":");
  }
  if (item.kind !== "scalar") return "";
  const { hostIp, published, target, protocol } = splitPort(item.text);
  return [hostIp ?? "", published ?? "", target, protocol].join(":");
}
