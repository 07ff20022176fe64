import { byPlace, type Problem } from "../../base/errors.ts";
import type { Palette } from "./palette.ts";
import { tame, wrap } from "./text.ts";

/** How bad it is. */
export type Severity = "error" | "warning";

// Longer lines are hard to read, however wide the terminal is.
const widest = 100;

/** How problems are printed. */
export interface ProblemStyle {
  readonly paint: Palette;
  readonly columns: number;
  /** Breaks evidence into lines that fit; in a file or CI log they stay whole, to be searched. */
  readonly breakEvidence: boolean;
}

/** One problem for people: code and what, place, why, what to do, evidence. */
export function problemText(problem: Problem, severity: Severity, style: ProblemStyle): string {
  const { paint, columns } = style;
  const room = Math.max(30, Math.min(columns - 1, widest));
  const label = `${paint(severity === "error" ? "bad" : "warn", severity)} ${paint("strong", problem.code)}`;
  const indent = severity.length + 1 + problem.code.length + 2;
  const hang = indent <= 20 && room - indent >= 40 ? indent : 2;
  const what = hanging(problem.what, room, hang);
  const head = hang === 2 ? [label, ...what] : [`${label}  ${what[0]?.trimStart() ?? ""}`, ...what.slice(1)];
  const place = placeText(problem);
  return [
    ...head,
    ...(place === "" ? [] : [`  ${paint("dim", "at")}   ${paint("link", place)}`]),
    ...labelled("why", problem.why, room, paint),
    ...labelled("fix", problem.fix, room, paint),
    ...trimmed((problem.evidence ?? []).map(tame)).flatMap((line) => evidenceLines(line, style)),
  ].join("\n");
}

/** All problems, each once, in the order of a reader of the files, and how many there are when there are some. */
export function problemsText(problems: readonly Problem[], severity: Severity, style: ProblemStyle): string {
  const { paint } = style;
  const list = [...unique(problems)].sort(byPlace);
  const texts = list.map((problem) => problemText(problem, severity, style));
  const count =
    list.length > 1 ? [paint(severity === "error" ? "bad" : "warn", `${list.length} ${severity}s`)] : [];
  return [...texts, ...count].join("\n\n");
}

/** `stack.ts:12:5  services.api.uses[0]`; empty when nothing is known. */
export function placeText(problem: Problem): string {
  const position = [problem.file, problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(":");
  return [problem.file === undefined ? "" : position, problem.path ?? ""]
    .filter((part) => part !== "")
    .join("  ");
}

/** The problems without those that say the same about the same place. */
export function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.code, problem.what, placeText(problem)]);
    const before = seen.get(key);
    if (before === undefined || (before.evidence ?? []).length < (problem.evidence ?? []).length)
      seen.set(key, problem);
  }
  return [...seen.values()];
}

/** Without empty lines at both ends; those between stay. */
function trimmed(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== "");
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== "") + 1);
}

function evidenceLines(line: string, { paint, columns, breakEvidence }: ProblemStyle): readonly string[] {
  const room = Math.max(20, columns - 10);
  const pieces = breakEvidence ? (line.match(new RegExp(`.{1,${room}}`, "gu")) ?? [""]) : [line];
  return pieces.map((piece) => `       ${paint("dim", "│")} ${piece}`.trimEnd());
}

function labelled(label: string, text: string | undefined, room: number, paint: Palette): readonly string[] {
  if (text === undefined || text === "") return [];
  const lines = hanging(text, room, 7);
  return lines.map((line, index) => (index === 0 ? `  ${paint("dim", label)}  ${line.trimStart()}` : line));
}

function hanging(text: string, room: number, indent: number): readonly string[] {
  return wrap(text, Math.max(20, room - indent)).map((line) => " ".repeat(indent) + line);
}
