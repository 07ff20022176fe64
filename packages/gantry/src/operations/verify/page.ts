import { humanDuration } from "../../base/units.ts";
import type { VerifyReport } from "./index.ts";
import type { CheckResult } from "./types.ts";

/** The report as one HTML page without anything from elsewhere: to be read, mailed, or kept with a release. */
export function verifyPage(report: VerifyReport): string {
  const verdict =
    report.failed === 0
      ? "Everything holds"
      : `${report.failed} of ${report.passed + report.failed} checks failed`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.project)}: ${escaped(verdict)}</title>
<style>
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #faf9f6; --line: #ddd8cf; --quiet: #6b665d; --good: #1a6b3c; --bad: #b3261e; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --paper: #1b1a18; --line: #3a3833; --quiet: #a39d91; --good: #6fcf97; --bad: #ff8a80; --warn: #f2c14e; } }
body { margin: 0 auto; max-width: 52rem; padding: 3rem 1.25rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
p.lead { color: var(--quiet); margin: .25rem 0 0; } strong.ok { color: var(--good); } strong.failed { color: var(--bad); }
ul { list-style: none; margin: 0; padding: 0; } li { padding: .2rem 0 .2rem 1.6rem; text-indent: -1.6rem; overflow-wrap: anywhere; }
li::before { display: inline-block; width: 1.6rem; text-indent: 0; font-weight: 600; } li.ok::before { content: "✓"; color: var(--good); }
li.failed::before { content: "✗"; color: var(--bad); } li.warning::before { content: "!"; color: var(--warn); } li.skipped::before { content: "–"; color: var(--quiet); } li.skipped { color: var(--quiet); }
.fix { display: block; text-indent: 0; color: var(--quiet); } pre { text-indent: 0; overflow-x: auto; font-size: .85rem; background: color-mix(in srgb, var(--ink) 6%, transparent); padding: .6rem; border-radius: .4rem; }
</style>
<h1><strong class="${report.failed === 0 ? "ok" : "failed"}">${escaped(verdict)}</strong></h1>
<p class="lead">${escaped(report.stack)} in ${escaped(report.environment)}, ${escaped(report.time.replace("T", " ").slice(0, 19))} UTC. ${report.passed} passed, ${report.failed} failed, ${report.warnings === 0 ? "" : `${report.warnings} warned of, `}${report.skipped} skipped, in ${humanDuration(report.durationMs)}.</p>
${report.groups.map((group) => `<h2>${escaped(group.title)}</h2>\n<ul>\n${group.results.map(item).join("\n")}\n</ul>`).join("\n")}
</html>
`;
}

function item(result: CheckResult): string {
  const fix =
    (result.outcome === "failed" || result.outcome === "warning") && result.fix !== undefined
      ? `<span class="fix">${escaped(result.fix)}</span>`
      : "";
  const evidence = result.evidence === undefined ? "" : `<pre>${escaped(result.evidence.join("\n"))}</pre>`;
  return `<li class="${result.outcome}">${escaped(result.what)}${fix}${evidence}</li>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => entities[letter] ?? letter);
