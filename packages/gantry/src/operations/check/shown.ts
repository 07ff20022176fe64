import { type CodeFrame, codeFrame } from "../../check/frame.ts";
import type { Finding, FindingPlace, ToldFinding } from "../../check/types.ts";
import type { ProjectFiles } from "../../read/facts.ts";
import { type SourceFile, sourceFile } from "../../read/source.ts";

/** What is kept of a finding, however many there are: what is told of it, and enough to show its lines. */
export interface ShownFinding extends ToldFinding {
  /** Its stretch: a path in the project's own folder, and offsets into the text. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** Reads a finding's lines, if it stands in a file; a moment's work, so only for those that are shown. One function for all. */
  readonly frame: (finding: ShownFinding) => CodeFrame | undefined;
}

/** Makes of findings what is kept of them. Many say the same, and such texts are kept once. */
export function keeper(
  shown: (path: string) => string,
  frame: ShownFinding["frame"],
): (finding: Finding) => ShownFinding {
  const texts = new Map<string, string>();
  const same = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    // Made a number, a text that was put together becomes one of its own, and its parts can go with their file.
    Number(text);
    texts.set(text, text);
    return text;
  };
  return ({ code, name, rank, file, line, column, message, why, fix, related, span: { start, end } }) => ({
    code,
    name,
    rank,
    file: shown(file),
    line,
    column,
    message: same(message),
    why: same(why),
    fix: same(fix),
    related:
      related.length === 0
        ? nowhereElse
        : related.map((place) => ({
            ...place,
            file: shown(place.file),
            message: same(place.message),
          })),
    path: file,
    start,
    end,
    frame,
  });
}

const nowhereElse: readonly FindingPlace[] = [];

/** Findings of a part in files of another one, which may have found them too. */
export function withoutThose(
  strays: readonly ShownFinding[],
  found: readonly ShownFinding[],
): readonly ShownFinding[] {
  const files = new Set(strays.map(({ file }) => file));
  const key = (one: ToldFinding): string =>
    `${one.file}\n${one.line}\n${one.column}\n${one.code}\n${one.message}`;
  const known = new Set(found.filter(({ file }) => files.has(file)).map(key));
  return strays.filter((one) => {
    const fresh = !known.has(key(one));
    known.add(key(one));
    return fresh;
  });
}

/** Reads the lines of a finding once more when they are to be shown: only few of many are. */
export function framesOf(files: ProjectFiles): ShownFinding["frame"] {
  let last: SourceFile | undefined;
  return ({ path, start, end, line, column }) => {
    if (last?.path !== path) {
      const text = files.read(path);
      last = text === undefined ? undefined : sourceFile(path, text);
    }
    return last === undefined
      ? undefined
      : codeFrame(last, { span: { file: path, start, end, line, column } });
  };
}
