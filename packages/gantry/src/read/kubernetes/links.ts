/** What ties a manifest to others. */
export interface ManifestLinks {
  /** Names of the objects in it. */
  readonly defines: readonly string[];
  /** Names by which it may mean other objects. */
  readonly mentions: readonly string[];
  /** `app=web`: labels in it, those of pods among them. */
  readonly labels: readonly string[];
  /** What each of its selectors asks for; a pod needs all of one. */
  readonly selectors: readonly (readonly string[])[];
}

const mapping = /^([ ]*(?:- +)*)["']?([\w./-]+)["']?:(?:[ \t]+(.*))?$/;
// Begins where a word does: a line of nothing but letters must not be tried from each of them.
const inBraces = /(?<![\w./-])["']?([\w./-]+)["']?:[ \t]*["']?([\w./-]+)["']?/g;
const sections = new Set(["metadata", "labels", "selector", "matchLabels"]);

/**
 * Reads the ties of a manifest off its lines, as parsing every file of a large project twice would take long. Tells more
 * ties than there are, never fewer; `undefined` for a text that is not written line by line (braces over several lines,
 * aliases), which may be tied to anything.
 */
export function manifestLinks(text: string): ManifestLinks | undefined {
  if (/\{[ \t]*(?:#.*)?\r?$|:[ \t]+\*|^[ \t]*\{|<<["']?:/m.test(text)) return undefined;
  const defines = new Set<string>();
  const mentions = new Set<string>();
  const labels = new Set<string>();
  const selectors: string[][] = [];
  let open: { readonly key: string; readonly indent: number }[] = [];
  const note = (section: string | undefined, key: string, value: string): void => {
    if (key === "name" && section === "metadata") defines.add(value);
    if (/^name$|Name$/.test(key)) mentions.add(value);
    if (section === "labels") labels.add(`${key}=${value}`);
    if (section === "selector" || section === "matchLabels") selectors.at(-1)?.push(`${key}=${value}`);
  };
  for (const line of text.split("\n")) {
    if (line.length < 3) continue;
    const [, before = "", key = "", written = ""] = mapping.exec(line.trimEnd()) ?? [];
    if (key === "") {
      for (const [, name = "", one = ""] of line.matchAll(inBraces)) note("labels", name, one);
      continue;
    }
    const indent = before.length;
    open = open.filter((one) => one.indent < indent);
    const value = written
      .replace(/^[&!]\S+/, "")
      .replace(/(?:^|[ \t])#.*$/, "")
      .trim();
    if (sections.has(key) && (value === "" || value.startsWith("{"))) {
      open.push({ key, indent });
      if (key !== "metadata" && key !== "labels") selectors.push([]);
    }
    const section = open.at(-1)?.key;
    if (!/[{[]/.test(value)) note(section, key, value.replace(/^["']|["']$/g, ""));
    // In braces nothing tells where one ends: all of it counts for all.
    else
      for (const [, name = "", one = ""] of value.matchAll(inBraces)) {
        for (const any of ["labels", section]) note(any, name, one);
      }
  }
  return {
    defines: [...defines],
    mentions: [...mentions].filter((name) => !defines.has(name)),
    labels: [...labels],
    selectors: selectors.filter((one) => one.length > 0),
  };
}
