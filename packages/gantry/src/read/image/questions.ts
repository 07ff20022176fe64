import type { InspectedFile, InspectedImage, InspectedLayer } from "./model.ts";

/** A file with the layer it is in. */
export interface FileInLayer {
  readonly file: InspectedFile;
  readonly layer: InspectedLayer;
  /** Index of the layer. */
  readonly at: number;
}

/** A version of a file that a container does not see: a later layer removed or replaced it. */
export interface HiddenFile extends FileInLayer {
  /** What hides it: the whiteout, or the newer version. */
  readonly by: FileInLayer;
}

/** What a container sees, and what lies below it. */
export interface StackedFiles {
  /** By path. */
  readonly visible: ReadonlyMap<string, FileInLayer>;
  readonly hidden: readonly HiddenFile[];
}

/** Puts the layers on top of each other, as the engine does. */
export function stackedFiles(image: InspectedImage): StackedFiles {
  const visible = new Map<string, FileInLayer>();
  const children = new Map<string, Set<string>>();
  const hidden: HiddenFile[] = [];
  const remove = (path: string, by: FileInLayer, before: number): void => {
    const present = visible.get(path);
    if (present !== undefined && present.at < before) {
      visible.delete(path);
      if (present.file.kind === "file") hidden.push({ ...present, by });
    }
  };
  const removeBelow = (path: string, by: FileInLayer, before: number): void => {
    for (const child of children.get(path) ?? []) {
      removeBelow(child, by, before);
      remove(child, by, before);
    }
  };
  for (const [at, layer] of image.layers.entries()) {
    for (const file of layer.files) {
      const one: FileInLayer = { file, layer, at };
      if (file.kind === "opaque" || file.kind === "whiteout") {
        removeBelow(file.path, one, at);
        if (file.kind === "whiteout") remove(file.path, one, at);
        continue;
      }
      const before = visible.get(file.path);
      if (before !== undefined && before.at < at) {
        // A folder that becomes a file takes all that was in it away.
        if (before.file.kind === "directory" && file.kind !== "directory") removeBelow(file.path, one, at);
        if (before.file.kind === "file") hidden.push({ ...before, by: one });
      }
      visible.set(file.path, one);
      note(children, file.path);
    }
  }
  return { visible, hidden };
}

function note(children: Map<string, Set<string>>, path: string): void {
  let child = path;
  for (let slash = child.lastIndexOf("/"); slash > 0; slash = child.lastIndexOf("/")) {
    const parent = child.slice(0, slash);
    const known = children.get(parent);
    if (known?.has(child)) return;
    if (known === undefined) children.set(parent, new Set([child]));
    else known.add(child);
    child = parent;
  }
}

/**
 * How well the layers are used, 0 to 1, by the formula of dive: the smallest version of each path, divided by all
 * versions of it (a removal counts as much as what it removes). 1 for an image without files.
 */
export function efficiencyOf(image: InspectedImage): number {
  const paths = new Map<string, { smallest: number; sum: number }>();
  const count = (path: string, size: number): void => {
    const known = paths.get(path);
    if (known === undefined) paths.set(path, { smallest: size, sum: size });
    else {
      known.smallest = Math.min(known.smallest, size);
      known.sum += size;
    }
  };
  for (const layer of image.layers)
    for (const file of layer.files) if (file.kind === "file") count(file.path, file.size);
  for (const { file, by } of stackedFiles(image).hidden) {
    if (by.file.kind === "whiteout" || by.file.kind === "opaque") count(file.path, file.size);
  }
  let smallest = 0;
  let sum = 0;
  for (const path of paths.values()) {
    smallest += path.smallest;
    sum += path.sum;
  }
  return sum === 0 ? 1 : smallest / sum;
}
