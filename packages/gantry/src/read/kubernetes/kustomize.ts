import { fileNameOf, folderOf, resolvePath } from "../paths.ts";
import type { Reader } from "../reader.ts";
import { rootMap } from "../yaml/parse.ts";
import { at, itemsOf, textsOf, trackedAt } from "../yaml/questions.ts";

/** Whether a file is a Kustomization, by its name. */
export function isKustomization(path: string): boolean {
  return ["kustomization.yaml", "kustomization.yml"].includes(fileNameOf(path).toLowerCase());
}

/**
 * Files that a Kustomization lays over others: they hold parts of objects, in which nothing is missing that is not
 * written there.
 */
export function kustomizePatches(reader: Reader, paths: readonly string[]): ReadonlySet<string> {
  const patches = new Set<string>();
  for (const path of paths) {
    if (!isKustomization(path)) continue;
    const file = reader.yaml(path);
    const root = file === undefined ? undefined : rootMap(file);
    const written = [
      ...itemsOf(at(root, "patches")).flatMap((item) => trackedAt(item, "path") ?? []),
      ...textsOf(at(root, "patchesStrategicMerge")),
      ...itemsOf(at(root, "patchesJson6902")).flatMap((item) => trackedAt(item, "path") ?? []),
    ];
    for (const { value } of written) {
      const target = resolvePath(folderOf(path), value);
      if (target !== undefined) patches.add(target);
    }
  }
  return patches;
}
