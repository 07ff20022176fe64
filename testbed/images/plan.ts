import { createHash } from "node:crypto";
import type { StandIn } from "./stand-in.ts";

/** The stand-in for an image reference, if there is one. */
export function standInFor(reference: string, all: readonly StandIn[]): StandIn | undefined {
  return all.find((standIn) => standIn.references.includes(reference));
}

/** The references that a stand-in is built on. */
export function needsOf(standIn: StandIn): readonly string[] {
  return standIn.kind === "rootfs" ? [] : standIn.needs;
}

/**
 * A fingerprint of everything that a stand-in is made from, bases included. An image whose label shows another
 * one is built again. `files` gives the content of a stand-in's files folder in a fixed order.
 */
export function recipeHash(
  standIn: StandIn,
  all: readonly StandIn[],
  files: (folder: string) => readonly (readonly [name: string, content: string])[],
): string {
  const bases = needsOf(standIn).map((reference) => {
    const base = standInFor(reference, all);
    return base === undefined ? reference : recipeHash(base, all, files);
  });
  const own = standIn.files !== undefined ? files(standIn.files) : [];
  const { references: _references, ...recipe } = standIn;
  return createHash("sha256")
    .update(JSON.stringify([recipe, bases, own]))
    .digest("hex")
    .slice(0, 16);
}

/** What happens to each image that was asked for, bases first. */
export type ImageStep =
  | { readonly kind: "present"; readonly reference: string; readonly standIn: boolean }
  | { readonly kind: "pull"; readonly reference: string }
  | { readonly kind: "build"; readonly reference: string; readonly standIn: StandIn };

/** What is known about an image that the engine holds: the recipe label, `""` for a real image. */
export type PresentImages = ReadonlyMap<string, string>;

/** Decides what to do for each reference. Without `pull`, a stand-in takes the place of what is missing. */
export function planImages(
  references: readonly string[],
  all: readonly StandIn[],
  present: PresentImages,
  hash: (standIn: StandIn) => string,
  pull: boolean,
): readonly ImageStep[] {
  const steps = new Map<string, ImageStep>();
  const visit = (reference: string): void => {
    if (steps.has(reference)) return;
    const standIn = standInFor(reference, all);
    const label = present.get(reference);
    if (label === "" || (label !== undefined && standIn !== undefined && label === hash(standIn))) {
      steps.set(reference, { kind: "present", reference, standIn: label !== "" });
      return;
    }
    if (pull || standIn === undefined) {
      steps.set(reference, { kind: "pull", reference });
      return;
    }
    for (const need of needsOf(standIn)) visit(need);
    steps.set(reference, { kind: "build", reference, standIn });
  };
  for (const reference of references) visit(reference);
  return [...steps.values()];
}
