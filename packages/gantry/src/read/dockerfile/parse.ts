import { isBlank } from "../../base/text.ts";
import { type Comment, type ReadProblem, type SourceFile, type Span, sourceFile, spanOf } from "../source.ts";
import { heredocOpenings, readHeredocs } from "./heredocs.ts";
import {
  commentOf,
  joinLines,
  type LogicalLine,
  physicalLine,
  readDirectives,
  sourceOffset,
} from "./lines.ts";
import type { Dockerfile, Flag, Heredoc, Instruction, TextSegment, Word } from "./model.ts";
import { buildStages } from "./stages.ts";
import { cutJson, cutWords, probeStart, unquote } from "./words.ts";

const listKeywords = new Set(["ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"]);
const heredocKeywords = new Set(["ADD", "COPY", "RUN"]);

/** Instructions that Docker knows. */
export const knownKeywords: ReadonlySet<string> = new Set([
  ...listKeywords,
  ..."ARG ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD STOPSIGNAL USER WORKDIR".split(" "),
]);

/** Reads a Dockerfile. Never throws: what cannot be read costs only its instruction and is named in `problems`. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const source = sourceFile(path, text);
  const problems: ReadProblem[] = [];
  const comments: Comment[] = [];
  const instructions: Instruction[] = [];
  const { directives, next } = readDirectives(source);
  const escapeDirective = directives.find((directive) => directive.name === "escape");
  const escaper = escapeDirective?.value === "`" ? "`" : "\\";
  if (escapeDirective !== undefined && escapeDirective.value !== "`" && escapeDirective.value !== "\\") {
    problems.push({ span: escapeDirective.span, message: "the escaper character is ` or \\, nothing else" });
  }
  let stage = -1;
  for (let index = next; ; ) {
    const line = physicalLine(source, index);
    if (line === undefined) break;
    const comment = commentOf(source, line);
    if (comment !== undefined) comments.push(comment);
    if (comment !== undefined || line.text.trim() === "") {
      index++;
      continue;
    }
    const read = readInstruction(source, index, escaper, stage, problems);
    if (read.instruction.keyword === "FROM") {
      stage++;
      instructions.push({ ...read.instruction, stage });
    } else instructions.push(read.instruction);
    comments.push(...read.instruction.innerComments);
    index = read.next;
  }
  if (instructions.length === 0)
    problems.push({ span: spanOf(source, 0, 0), message: "there is no instruction in it" });
  const stages = buildStages(source, instructions, escaper, problems);
  return { path, source, directives, escape: escaper, instructions, comments, problems, ...stages };
}

function readInstruction(
  source: SourceFile,
  index: number,
  escaper: "\\" | "`",
  stage: number,
  problems: ReadProblem[],
): { readonly instruction: Instruction; readonly next: number } {
  const line = joinLines(source, index, escaper);
  const place = (start: number, end: number): Span => {
    if (end <= start)
      return spanOf(source, sourceOffset(line.segments, start), sourceOffset(line.segments, start));
    return spanOf(source, sourceOffset(line.segments, start), sourceOffset(line.segments, end - 1) + 1);
  };
  const head = takeApart(line, 0, escaper, place, problems);
  const inner = head.trigger ?? head;
  const openings =
    heredocKeywords.has(inner.keyword) && inner.form === "shell" ? heredocOpenings(line.text) : [];
  const bodies = readHeredocs(source, openings, line.next);
  for (const heredoc of bodies.heredocs) {
    if (heredoc.terminated) continue;
    problems.push({
      span: place(0, line.text.length),
      message: `no line ends the here-document ${heredoc.name}`,
    });
  }
  const span = spanOf(source, line.start, bodies.end ?? line.end);
  const { innerComments, emptyContinuation } = line;
  const common = { span, stage, innerComments, emptyContinuation };
  const own = (heredocs: readonly Heredoc[]) => ({ ...common, heredocs });
  const trigger =
    head.trigger === undefined ? undefined : { ...head.trigger, ...own(bodies.heredocs), trigger: undefined };
  const instruction = { ...head, ...own(head.trigger === undefined ? bodies.heredocs : []), trigger };
  return { instruction, next: bodies.next };
}

/** What one line of text tells by itself: all but its place among others. */
interface Head
  extends Omit<
    Instruction,
    "span" | "stage" | "heredocs" | "innerComments" | "emptyContinuation" | "trigger"
  > {
  readonly trigger: Head | undefined;
}

function takeApart(
  line: LogicalLine,
  from: number,
  escaper: string,
  place: (start: number, end: number) => Span,
  problems: ReadProblem[],
): Head {
  const { text } = line;
  const keywordEnd = endOfRun(text, from, (character) => !isBlank(character));
  const written = text.slice(from, keywordEnd);
  const keyword = written.toUpperCase();
  const keywordSpan = place(from, keywordEnd);
  let at = endOfRun(text, keywordEnd, isBlank);
  const flags: Flag[] = [];
  while (text.startsWith("--", at)) {
    const end = cutWords(text, escaper, at)[0]?.end ?? text.length;
    const word = text.slice(at, end);
    if (word === "--") {
      at = endOfRun(text, end, isBlank);
      break;
    }
    flags.push(flagOf(word, escaper, place(at, end)));
    at = endOfRun(text, end, isBlank);
  }
  const rest = text.slice(at);
  const word = (start: number, end: number, value?: string): Word => {
    const raw = text.slice(start, end);
    return { raw, value: value ?? unquote(raw, escaper), span: place(start, end) };
  };
  const common = {
    keyword,
    keywordSpan,
    flags,
    text: rest,
    textSpan: place(at, text.length),
    segments: segmentsFrom(line.segments, at),
  };
  if (!knownKeywords.has(keyword)) {
    problems.push({ span: keywordSpan, message: `${written} is no instruction that Docker knows` });
  } else if (rest === "" && flags.length === 0) {
    problems.push({ span: keywordSpan, message: `${keyword} needs an argument` });
  }
  if (keyword === "ONBUILD" && rest !== "") {
    const trigger = takeApart(line, at, escaper, place, problems);
    const words = cutWords(text, escaper, at).map((cut) => word(cut.start, cut.end));
    return { ...common, words, form: trigger.form, json: trigger.json, trigger };
  }
  const probe = keyword === "HEALTHCHECK" ? probeStart(rest) : 0;
  const listAt = at + probe;
  if (listKeywords.has(keyword) || probe > 0) {
    const list = cutJson(text.slice(listAt));
    if (list === "mixed") {
      problems.push({ span: place(listAt, text.length), message: "every element of the list must be text" });
    } else if (list !== undefined) {
      const json = list.map((one) => word(listAt + one.cut.start, listAt + one.cut.end, one.value));
      const words = probe === 0 ? json : [word(at, at + 3), ...json];
      return { ...common, words, form: "exec", json, trigger: undefined };
    }
  }
  const words = cutWords(text, escaper, at).map((cut) => word(cut.start, cut.end));
  return { ...common, words, form: "shell", json: [], trigger: undefined };
}

/** The segments as seen from offset `at` of the text. */
function segmentsFrom(segments: readonly TextSegment[], at: number): readonly TextSegment[] {
  const first = { text: 0, source: sourceOffset(segments, at) };
  const later = segments.filter((segment) => segment.text > at);
  return [first, ...later.map((segment) => ({ text: segment.text - at, source: segment.source }))];
}

/** Where a part of an instruction's `text` stands in the file. */
export function spanInText(source: SourceFile, instruction: Instruction, start: number, end: number): Span {
  const from = sourceOffset(instruction.segments, start);
  return spanOf(source, from, end > start ? sourceOffset(instruction.segments, end - 1) + 1 : from);
}

function flagOf(word: string, escaper: string, span: Span): Flag {
  const equals = word.indexOf("=");
  const name = equals === -1 ? word.slice(2) : word.slice(2, equals);
  return { name, value: equals === -1 ? undefined : unquote(word.slice(equals + 1), escaper), span };
}

function endOfRun(text: string, from: number, test: (character: string) => boolean): number {
  let at = from;
  while (at < text.length && test(text[at] as string)) at++;
  return at;
}

/** The file again, put together from its parts: byte for byte what was read. */
export function printDockerfile(dockerfile: Dockerfile): string {
  const { text } = dockerfile.source;
  const parts = [...dockerfile.directives, ...dockerfile.comments, ...dockerfile.instructions]
    .map((part) => part.span)
    .sort((a, b) => a.start - b.start);
  let printed = "";
  let at = 0;
  for (const span of parts) {
    if (span.end <= at) continue;
    printed += text.slice(at, span.start) + text.slice(span.start, span.end);
    at = span.end;
  }
  return printed + text.slice(at);
}
