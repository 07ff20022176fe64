import { humanDuration } from "../../base/units.ts";
import type { PlanResult, ShipResult } from "../../operations/deploy.ts";
import type { HistoryResult } from "../../operations/history.ts";
import type { Palette } from "./palette.ts";
import { type Column, tableLines } from "./table.ts";

type Generation = HistoryResult["generations"][number];

/** The table of `gantry history`; `columns` is undefined where nothing may be cut. */
export function historyTable(result: HistoryResult, paint: Palette, columns: number | undefined): string {
  if (result.generations.length === 0) return `${result.project} was not deployed yet`;
  const shown: readonly Column<Generation>[] = [
    {
      heading: "GENERATION",
      text: ({ generation }) => `${generation}${generation === result.serving ? " serves" : ""}`,
      paint: ({ generation }, text) => paint(generation === result.serving ? "good" : "strong", text),
      spare: 0,
    },
    { heading: "WHEN", text: ({ startedAt }) => new Date(startedAt).toISOString().slice(0, 19), spare: 2 },
    { heading: "WHO", text: ({ by }) => by, spare: 4 },
    { heading: "WHAT", text: whatOf, spare: 1 },
    {
      heading: "OUTCOME",
      text: (row) => outcomeOf(row, result),
      paint: ({ outcome }, text) => (outcome === "failed" ? paint("bad", text) : text),
      spare: 0,
    },
    {
      heading: "TOOK",
      text: ({ durationMs }) => (durationMs === 0 ? "" : humanDuration(durationMs)),
      side: "right",
      spare: 5,
    },
    { heading: "COMMIT", text: ({ commit, version }) => version ?? commit?.slice(0, 12) ?? "", spare: 3 },
    {
      heading: "IMAGES",
      text: ({ services }) =>
        [
          ...new Set(Object.values(services).map(({ image }) => image.replace("sha256:", "").slice(0, 12))),
        ].join(" "),
      spare: 6,
    },
  ];
  return tableLines(result.generations, shown, columns, (text) => paint("dim", text)).join("\n");
}

function whatOf({ kind, content, changed }: Generation): string {
  const names = changed.join(", ");
  if (kind === "rollback") return `back to ${content}: ${names}`;
  return kind === "scale" ? `scale ${names}` : names;
}

function outcomeOf({ generation, outcome, note }: Generation, { unfinished }: HistoryResult): string {
  if (outcome === "running") return generation === unfinished ? "not ended" : "cut off";
  return note === undefined ? outcome : `${outcome}: ${note}`;
}

/** What `gantry deploy --plan` says. */
export function planText(plan: PlanResult, paint: Palette): string {
  const exposed = plan.exposed.map(
    (line) => `  ${paint("warn", line)}, where everybody who may use the engine sees it`,
  );
  if (plan.lines.length === 0)
    return [
      `${paint("good", "✓")} ${paint("strong", plan.project)} runs as it should; nothing would be touched`,
      ...exposed,
    ].join("\n");
  const width = Math.max(...plan.lines.map(({ service }) => service.length));
  const lines = plan.lines.flatMap(({ service, what, why, away }) => [
    `  ${paint("strong", service.padEnd(width))}  ${what}: ${why}`,
    ...(away === undefined ? [] : [`  ${" ".repeat(width)}  ${paint("warn", `away for ${away}`)}`]),
  ]);
  const rest =
    plan.unchanged.length === 0 ? [] : [`  ${paint("dim", `not touched: ${plan.unchanged.join(", ")}`)}`];
  return [
    `${paint("strong", plan.project)} would become generation ${plan.generation}`,
    ...lines,
    ...rest,
    ...exposed,
  ].join("\n");
}

/** What a deploy, a rollback or a change of scale says at its end. */
export function shipText(result: ShipResult, paint: Palette): string {
  const name = paint("strong", result.project);
  if (result.generation === undefined)
    return `${paint("good", "✓")} ${name} runs as it should, nothing was touched`;
  return `${paint("good", "✓")} ${name} serves generation ${result.generation} after ${humanDuration(result.durationMs)}: ${result.changed.join(", ")}`;
}
