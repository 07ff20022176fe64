import { type SourceFile, spanOf } from "../source.ts";
import { expand, type Lookup } from "./expand.ts";
import type { Assignment, Instruction } from "./model.ts";
import { unquote } from "./words.ts";

/** The pairs of an ARG, ENV or LABEL; later ones see earlier ones only in the next instruction, as in a build. */
export function readAssignments(
  source: SourceFile,
  instruction: Instruction,
  lookup: Lookup,
  escaper: string,
): readonly Assignment[] {
  const [first] = instruction.words;
  if (first === undefined) return [];
  const assignment = (name: string, raw: string | undefined, span: Assignment["span"]): Assignment => {
    const expansion = raw === undefined ? undefined : expand(raw, lookup, escaper);
    const value = expansion?.known === true ? expansion.text : undefined;
    return { name, raw: raw === undefined ? undefined : unquote(raw, escaper), value, span, instruction };
  };
  if (instruction.keyword !== "ARG" && !first.raw.includes("=")) {
    const rest = instruction.text.slice(first.raw.length).trim();
    const last = instruction.words.at(-1) ?? first;
    const name = unquote(first.raw, escaper);
    return [assignment(name, rest, spanOf(source, first.span.start, last.span.end))];
  }
  return instruction.words.map((word) => {
    const equals = word.raw.indexOf("=");
    if (equals === -1) return assignment(unquote(word.raw, escaper), undefined, word.span);
    return assignment(unquote(word.raw.slice(0, equals), escaper), word.raw.slice(equals + 1), word.span);
  });
}
