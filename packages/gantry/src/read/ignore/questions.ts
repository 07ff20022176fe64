import type { IgnoreFile, IgnorePattern } from "./model.ts";

/**
 * Whether a build leaves `path` (relative to the context) out: the last pattern that matches it, or a folder above it,
 * decides. A folder that is left out may still have files in it that a `!` takes back in.
 */
export function isIgnored(file: Pick<IgnoreFile, "patterns">, path: string): boolean {
  return decidingPattern(file, path)?.negated === false;
}

/** The pattern that decided about `path`; `undefined` when none matches it. */
export function decidingPattern(file: Pick<IgnoreFile, "patterns">, path: string): IgnorePattern | undefined {
  const candidates = [path];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    candidates.push(path.slice(0, at));
  let decided: IgnorePattern | undefined;
  let ignored = false;
  for (const pattern of file.patterns) {
    // Docker asks only patterns that could change the answer so far.
    if (pattern.negated !== ignored) continue;
    if (!candidates.some((candidate) => pattern.expression.test(candidate))) continue;
    ignored = !pattern.negated;
    decided = pattern;
  }
  return decided;
}
