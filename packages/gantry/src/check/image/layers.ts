import { historySpan, madeBy } from "../../read/image/history.ts";
import type { InspectedImage } from "../../read/image/model.ts";
import { type FileInLayer, type StackedFiles, stackedFiles } from "../../read/image/questions.ts";
import type { Span } from "../../read/source.ts";

const stacks = new WeakMap<InspectedImage, StackedFiles>();

/** `stackedFiles`, worked out once for all rules. */
export function stackOf(image: InspectedImage): StackedFiles {
  const known = stacks.get(image);
  if (known !== undefined) return known;
  const stack = stackedFiles(image);
  stacks.set(image, stack);
  return stack;
}

/** Line of the history that made the layer of a file. */
export function placeOf(image: InspectedImage, { layer }: Pick<FileInLayer, "layer">): Span {
  return historySpan(image, layer.history);
}

/** The instruction that made a layer, short enough for a sentence; empty when the image does not say. */
export function instructionText(image: InspectedImage, { layer }: Pick<FileInLayer, "layer">): string {
  const text = madeBy(image, layer).replace(
    /^(?:RUN )?\|\d+ .*?(?=\b(?:apt|apk|pip|npm|curl|set|cd|mkdir|rm)\b)/,
    "RUN ",
  );
  return text.length > 70 ? `${text.slice(0, 67)}...` : text;
}

/** What made a layer, as a sentence names it: `"RUN make"`, `the base image`. */
export function makerOf(image: InspectedImage, { layer }: Pick<FileInLayer, "layer">): string {
  const text = instructionText(image, { layer });
  if (text !== "") return `"${text}"`;
  const number = image.layers.indexOf(layer) + 1;
  return number === 1 ? "the base image" : `layer ${number}, of which the image tells nothing,`;
}
