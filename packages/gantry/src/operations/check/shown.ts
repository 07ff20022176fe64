import { type CodeFrame, codeFrame } from "../../check/frame.ts";
import type { Finding } from "../../check/types.ts";
import type { ProjectFiles } from "../../read/facts.ts";
import { type SourceFile, type Span, sourceFile } from "../../read/source.ts";

/** A finding that can show its lines, if it stands in a file. */
export interface ShownFinding extends Finding {
  /** Reads them; a moment's work, so only for those that are shown. */
  readonly frame: () => CodeFrame | undefined;
}

/** Findings of a part in files of another one, which may have found them too. */
export function withoutThose(
  strays: readonly ShownFinding[],
  found: readonly ShownFinding[],
): readonly ShownFinding[] {
  const files = new Set(strays.map(({ file }) => file));
  const key = (one: Finding): string =>
    `${one.file}\n${one.line}\n${one.column}\n${one.code}\n${one.message}`;
  const known = new Set(found.filter(({ file }) => files.has(file)).map(key));
  return strays.filter((one) => {
    const fresh = !known.has(key(one));
    known.add(key(one));
    return fresh;
  });
}

/** Reads the lines of a finding once more when they are to be shown: only few of many are. */
export function framesOf(files: ProjectFiles): (span: Span) => CodeFrame | undefined {
  let last: SourceFile | undefined;
  return (span) => {
    const { file } = span;
    if (last?.path !== file) {
      const text = files.read(file);
      last = text === undefined ? undefined : sourceFile(file, text);
    }
    return last === undefined ? undefined : codeFrame(last, { span });
  };
}
