import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";

/** A trace of a defect with the places in our sources, where it has those in the file that they were joined to. */
export function bySources(trace: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return trace.replace(/(\/\S*(?:gantry|look)\.cjs):(\d+):(\d+)/g, (place, file: string, line, column) => {
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
    const found = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (found === undefined || !("originalSource" in found)) return place;
    const source = found.originalSource.replace(/^(?:\.\.\/)+/, "");
    return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, "utf8")) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
