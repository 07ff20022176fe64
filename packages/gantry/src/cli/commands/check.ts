import { type ExitName, GantryError } from "../../base/errors.ts";
import { parseBytes } from "../../base/units.ts";
import { jsonLines } from "../../check/formats/json.ts";
import { worstRank } from "../../check/summary.ts";
import { type Rank, ranks } from "../../check/types.ts";
import { type CheckReport, check } from "../../operations/check/index.ts";
import type { Invocation } from "../invocation.ts";
import { diffText } from "../output/diff.ts";
import { type FindingsStyle, findingsText, nothingText } from "../output/findings.ts";
import { tame } from "../output/text.ts";
import { type Ending, usageCodes } from "../spec.ts";

const exits: Readonly<Record<Rank, ExitName>> = {
  "will-fail": "willFail",
  "loses-data": "losesData",
  leaks: "leaks",
  hardening: "hardening",
  tidy: "tidy",
};

/** `gantry check`: findings in the format that was asked for; ends by the worst of them. */
export async function run(call: Invocation): Promise<Ending> {
  const fix = call.flag("fix") ? (call.flag("dry-run") ? "plan" : "write") : undefined;
  const report = await check({
    cwd: call.cwd,
    paths: call.argument("PATH"),
    images: call.texts("image"),
    budget: bytes(call.text("budget")),
    stack: call.text("file") ?? (call.flag("images") ? "." : undefined),
    imagesOf: call.flag("images") ? call.environment : undefined,
    baseline: call.text("baseline"),
    updateBaseline: call.flag("update-baseline"),
    fix,
    signal: call.signal,
  });
  const format = call.text("format");
  const style: FindingsStyle = {
    paint: call.paintResult,
    columns: call.writer.resultColumns ?? 100,
    all: call.flag("all"),
    oneLine: format === "plain",
    fix,
    quiet: call.quiet,
  };
  const pieces = format === "json" ? jsonLines(report.findings) : [await textOf(format, report, style)];
  for (const piece of pieces) {
    if (piece !== "") call.writer.result(piece.endsWith("\n") ? piece.slice(0, -1) : piece);
  }
  if (report.failures.length > 0) return "failed";
  if (report.files === 0) return "nothingToCheck";
  const worst = worstRank(report.findings);
  const failOn = (call.text("fail-on") as Rank | undefined) ?? report.failOn ?? "leaks";
  if (worst !== undefined && ranks.indexOf(worst) <= ranks.indexOf(failOn)) return exits[worst];
  // Who names a budget wants to hear of it, whatever the rank of that rule.
  const overBudget = report.findings.some(({ name }) => name === "image-over-budget");
  return overBudget ? "failed" : "ok";
}

function bytes(text: string | undefined): number | undefined {
  const size = text === undefined ? undefined : parseBytes(text);
  if (text === undefined || size !== undefined) return size;
  const problem = {
    code: usageCodes.wrongValue,
    what: `--budget cannot be "${text}"`,
    fix: "Write --budget 200m, for example.",
  };
  throw new GantryError(problem, { exit: "usage" });
}

async function textOf(
  format: string | undefined,
  report: CheckReport,
  style: FindingsStyle,
): Promise<string> {
  if (format === "github")
    return (await import("../../check/formats/github.ts")).githubReport(report.findings);
  if (format === "junit") return (await import("../../check/formats/junit.ts")).junitReport(report.findings);
  if (format !== "sarif") return peopleText(report, style);
  const { sarifReport } = await import("../../check/formats/sarif.ts");
  const { rules } = await import("../../check/rules/index.ts");
  const { gantryVersion } = await import("./version.ts");
  return sarifReport(report.findings, rules, gantryVersion());
}

function peopleText(report: CheckReport, style: FindingsStyle): string {
  if (report.files === 0 && report.findings.length === 0) return nothingText(report, style);
  const safe = (text: string): string => text.split("\n").map(tame).join("\n");
  const diffs = report.fixes.map(({ path, before, after }) =>
    diffText(path, safe(before), safe(after), style.paint),
  );
  return [...diffs, findingsText(report, style)].filter((part) => part !== "").join("\n\n");
}
