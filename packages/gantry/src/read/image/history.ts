import { type SourceFile, type Span, sourceFile, spanOf } from "../source.ts";
import type { HistoryEntry, InspectedImage, InspectedLayer } from "./model.ts";

/** The instruction of a history entry, without what the builders write around it; always one line. */
export function instructionOf(entry: HistoryEntry): string {
  return entry.createdBy
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, "")
    .replace(/^\/bin\/sh -c /, "RUN ")
    .replace(/^(?:RUN )?(\|\d+ (?:.*? )?)\/bin\/sh -c /, "RUN $1")
    .replace(/^RUN \/bin\/sh -c /, "RUN ")
    .replace(/ ?# buildkit$/, "")
    .trim();
}

/** The history of an image as a text, one line an entry: the file that findings about the image point into. */
export function historySource(reference: string, history: readonly HistoryEntry[]): SourceFile {
  return sourceFile(
    reference,
    history.map((entry) => `${instructionOf(entry) || "(nothing is known)"}\n`).join(""),
  );
}

/** The line of a history entry; the first one for -1. */
export function historySpan(image: InspectedImage, index: number): Span {
  const line = Math.max(0, index);
  const start = image.source.lineStarts[line] ?? 0;
  const next = image.source.lineStarts[line + 1];
  return spanOf(image.source, start, next === undefined ? image.source.text.length : next - 1);
}

/** The instruction that made a layer, as text; empty when the image does not say. */
export function madeBy(image: InspectedImage, layer: InspectedLayer): string {
  const entry = image.history[layer.history];
  return entry === undefined ? "" : instructionOf(entry);
}
