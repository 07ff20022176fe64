import { resolve } from "node:path";
import { humanDuration } from "../../base/units.ts";
import { type VerifyReport, verify } from "../../operations/verify/index.ts";
import type { Invocation } from "../invocation.ts";
import { wrap } from "../output/text.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** Columns of an explanation: as wide as the problems that other commands print. */
const room = 76;

/** `gantry verify`: the checklist, executed; a page of it when asked for. */
export async function run(call: Invocation): Promise<Ending> {
  const context = await operationContext(call, { typeCheck: false });
  const groups = call.argument("GROUP");
  const report = await verify(context, {
    ...(call.flag("disruptive") ? { disruptive: true } : call.flag("calm") ? { disruptive: false } : {}),
    ...(groups.length === 0 ? {} : { groups }),
  });
  const html = call.text("html");
  if (html !== undefined) {
    const { saveReport } = await import("../../operations/verify/save.ts");
    await saveReport(resolve(call.cwd, html), report);
  }
  call.result(report, reportText(report, call));
  return report.failed === 0 ? "ok" : "failed";
}

function reportText(report: VerifyReport, { paintResult: paint }: Invocation): string {
  const marks = {
    ok: paint("good", "✓"),
    failed: paint("bad", "✗"),
    warning: paint("warn", "!"),
    skipped: paint("dim", "–"),
  } as const;
  const groups = report.groups.map((group) =>
    [
      paint("strong", group.title),
      ...group.results.flatMap((result) => [
        `  ${marks[result.outcome]} ${result.outcome === "skipped" ? paint("dim", result.what) : result.what}`,
        ...((result.outcome === "failed" || result.outcome === "warning") && result.fix !== undefined
          ? wrap(result.fix, room).map((line) => `    ${paint("dim", line)}`)
          : []),
        ...(result.evidence ?? []).map((line) => `    ${paint("dim", `│ ${line}`)}`),
      ]),
    ].join("\n"),
  );
  const verdict = `${report.failed === 0 ? marks.ok : marks.failed} ${report.passed} passed, ${report.failed} failed, ${report.warnings === 0 ? "" : `${report.warnings === 1 ? "1 warning" : `${report.warnings} warnings`}, `}${report.skipped} skipped after ${humanDuration(report.durationMs)}`;
  return [...groups, verdict].join("\n\n");
}
