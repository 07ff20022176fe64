import type { ProjectFacts } from "../facts.ts";
import type { InspectedImage } from "./model.ts";

/** The facts with inspected images in them; their histories become files, so that findings can show their line. */
export function withImages(facts: ProjectFacts, images: readonly InspectedImage[]): ProjectFacts {
  const sources = new Map(facts.sources);
  for (const image of images) sources.set(image.reference, image.source);
  return { ...facts, images: [...facts.images, ...images], sources };
}
