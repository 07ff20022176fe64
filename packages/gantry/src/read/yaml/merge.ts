import type { YamlEntry, YamlNode } from "./model.ts";

/** The entries of a mapping and, behind them, those of its merge keys (`<<`) that it does not have itself. */
export function withMerged(entries: readonly YamlEntry[], merges: readonly YamlNode[]): readonly YamlEntry[] {
  if (merges.length === 0) return entries;
  const seen = new Set(entries.map(({ key }) => key));
  const all = [...entries];
  for (const merge of merges.flatMap((value) => (value.kind === "list" ? value.items : [value]))) {
    if (merge.kind !== "map") continue;
    for (const entry of merge.entries) {
      if (seen.has(entry.key)) continue;
      seen.add(entry.key);
      all.push(entry);
    }
  }
  return all;
}
