import { hasAny, leadingBlanks } from "../base/text.ts";
import type { Dockerfile, Instruction } from "../read/dockerfile/model.ts";
import { lineText, type SourceFile } from "../read/source.ts";
import type { Finding, Rule } from "./types.ts";

/** A comment that silences rules over some lines. */
export interface Suppression {
  readonly file: string;
  /** Line of the comment, 1-based. */
  readonly line: number;
  /** Codes and names as written; `all` for every rule. */
  readonly rules: readonly string[];
  readonly tool: "gantry" | "hadolint" | "buildkit";
  /** Text after the colon; comments of Gantry without one are not honoured. */
  readonly reason: string;
  readonly from: number;
  readonly to: number;
}

const own =
  /(?:#|\/\/)\s*gantry\s+ignore(?<whole>-file)?\s*=\s*(?<rules>[\w-]+(?:\s*,\s*[\w-]+)*)\s*(?::\s*(?<reason>\S.*?))?\s*$/;
const hadolint = /#\s*hadolint\s+(?<whole>global\s+)?ignore\s*=\s*(?<rules>[\w]+(?:\s*,\s*[\w]+)*)/;

/** All comments of a file that silence rules. */
export function suppressionsIn(
  source: SourceFile,
  dockerfile: Dockerfile | undefined,
): readonly Suppression[] {
  const last = source.lineStarts.length;
  if (!hasAny(source.text, ["gantry", "hadolint"])) return checkDirective(dockerfile, last);
  const found: Suppression[] = [];
  for (let line = 1; line <= last; line++) {
    const text = lineText(source, line);
    if (!text.includes("ignore") || !hasAny(text, ["gantry", "hadolint"])) continue;
    const match = own.exec(text) ?? (dockerfile === undefined ? null : hadolint.exec(text));
    const groups = match?.groups;
    if (match === null || groups === undefined) continue;
    const whole = groups["whole"] !== undefined;
    const standalone = text.slice(0, match.index).trim() === "";
    const reach = whole
      ? { from: 1, to: last }
      : dockerfile !== undefined
        ? instructionReach(dockerfile, line)
        : blockReach(source, standalone ? nextLine(source, line) : line);
    found.push({
      file: source.path,
      line,
      rules: (groups["rules"] as string).split(",").map((rule) => rule.trim()),
      tool: text.includes("hadolint") && !own.test(text) ? "hadolint" : "gantry",
      reason: groups["reason"] ?? "",
      ...reach,
    });
  }
  return [...found, ...checkDirective(dockerfile, last)];
}

/** `# check=skip=A,B;error=true` at the top of a Dockerfile. */
function checkDirective(dockerfile: Dockerfile | undefined, last: number): readonly Suppression[] {
  const directive = dockerfile?.directives.find((one) => one.name === "check");
  const skip = directive?.value
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith("skip="));
  if (dockerfile === undefined || directive === undefined || skip === undefined) return [];
  const rules = skip.slice(5).split(",");
  const common = { file: dockerfile.path, line: directive.span.line, reason: "", from: 1, to: last };
  return [{ ...common, rules: rules.map((rule) => rule.trim()), tool: "buildkit" }];
}

/** The instruction that a comment stands above or inside of. */
function instructionReach(dockerfile: Dockerfile, line: number): { from: number; to: number } {
  const instruction = dockerfile.instructions.find((one) => lastLineOf(dockerfile, one) >= line);
  if (instruction === undefined) return { from: line, to: line };
  return { from: instruction.span.line, to: lastLineOf(dockerfile, instruction) };
}

function lastLineOf(dockerfile: Dockerfile, instruction: Instruction): number {
  const text = dockerfile.source.text.slice(instruction.span.start, instruction.span.end);
  return instruction.span.line + text.split("\n").length - 1;
}

function nextLine(source: SourceFile, line: number): number {
  for (let at = line + 1; at <= source.lineStarts.length; at++) {
    if (/^\s*[^\s#]/.test(lineText(source, at))) return at;
  }
  return line;
}

/** A line and those below it that are indented more: a key and all that is in it. */
function blockReach(source: SourceFile, line: number): { from: number; to: number } {
  const indent = /^[\s-]*/.exec(lineText(source, line))?.[0].length ?? 0;
  let to = line;
  for (let at = line + 1; at <= source.lineStarts.length; at++) {
    const text = lineText(source, at);
    if (text.trim() === "") continue;
    if (leadingBlanks(text) <= indent) break;
    to = at;
  }
  return { from: line, to };
}

/** Whether a comment silences a finding of `rule`. */
export function silences(suppression: Suppression, finding: Finding, rule: Rule): boolean {
  if (suppression.file !== finding.file) return false;
  if (finding.line < suppression.from || finding.line > suppression.to) return false;
  if (suppression.tool === "gantry") {
    return (
      suppression.reason !== "" && suppression.rules.some((one) => one === rule.code || one === rule.name)
    );
  }
  if (suppression.tool === "buildkit" && suppression.rules.includes("all")) {
    return rule.aliases?.some((alias) => alias.tool === "buildkit") ?? false;
  }
  return (
    rule.aliases?.some((alias) => alias.tool === suppression.tool && suppression.rules.includes(alias.id)) ??
    false
  );
}
