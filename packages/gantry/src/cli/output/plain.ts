import type { Event, FinishedEvent } from "../../base/events.ts";
import { humanDuration } from "../../base/units.ts";
import { advance, type Board, type Row } from "./board.ts";
import type { Palette } from "./palette.ts";
import { pad, tame } from "./text.ts";

/** The line that an event is worth, without its time; `undefined` for none. `board` is the board before the event. */
export function plainLine(event: Event, board: Board, paint: Palette): string | undefined {
  const before = board.rows.get(event.id);
  switch (event.kind) {
    case "started":
      return event.task === "operation" ? paint("strong", event.title) : undefined;
    case "progress":
      if (before === undefined || before.state === event.state || before.task === "step") return undefined;
      if (before.task === "operation") return paint("dim", event.state);
      return `${label(before.task, before.title)}  ${paint("dim", event.state)}`;
    case "finished":
      return before === undefined || before.task === "operation"
        ? undefined
        : finishedLine(event, board, before, paint);
    case "log":
    case "warning":
      return undefined;
    default:
      return event satisfies never;
  }
}

function finishedLine(event: FinishedEvent, board: Board, row: Row, paint: Palette): string | undefined {
  if (row.task === "step" && event.outcome !== "failed" && event.outcome !== "ok") return undefined;
  const ended = advance(board, event).rows.get(event.id) ?? row;
  const timed = event.outcome === "ok" || event.outcome === "failed";
  const took = timed ? `  ${paint("dim", humanDuration(ended.durationMs))}` : "";
  const tone = event.outcome === "failed" ? "bad" : event.outcome === "ok" ? "good" : "dim";
  const parent = row.parent === undefined ? undefined : board.rows.get(row.parent);
  const of = row.task === "step" && parent !== undefined && parent.task !== "operation" ? parent : undefined;
  const name =
    of === undefined ? label(row.task, row.title) : `${label(of.task, of.title)}  ${tame(row.title)}`;
  return `${name}  ${paint(tone, event.state)}${took}`;
}

function label(task: string, title: string): string {
  return `${pad(task, 7)}  ${tame(title)}`;
}

/** Seconds since the beginning, in columns of their own: `   1.2s`. */
export function stamp(ms: number): string {
  return pad(`${(Math.max(0, ms) / 1000).toFixed(1)}s`, 7, "right");
}
