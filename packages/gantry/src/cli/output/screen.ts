import type { TaskKind } from "../../base/events.ts";
import { humanDuration } from "../../base/units.ts";
import { activity, type Board, type Row, visibleRows, waiting } from "./board.ts";
import type { Palette } from "./palette.ts";
import { fit, pad, width, wrap } from "./text.ts";

/** How large the terminal is, and which moment is drawn. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Counts up; moves the spinner. */
  readonly tick: number;
  /** Said below everything, such as what Ctrl-C began. */
  readonly notice: string | undefined;
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const headings: Readonly<Record<TaskKind, string>> = {
  operation: "",
  step: "",
  network: "Networks",
  volume: "Volumes",
  image: "Images",
  service: "Services",
  job: "Services",
};
const order = ["", "Images", "Networks", "Volumes", "Services"] as const;
// Beyond this the eye loses the line between a name and its time.
const widest = 84;
const timeColumns = 7;

/** The live region: every image and service on its line, never wider or taller than the terminal. */
export function screen(board: Board, frame: Frame, paint: Palette): readonly string[] {
  const rows = visibleRows(board);
  const columns = Math.min(frame.columns - 1, widest);
  const nameColumns = Math.min(
    Math.max(8, ...rows.map((row) => width(row.title))),
    Math.floor(columns * 0.4),
  );
  const lines = sections(
    rows,
    frame.rows - 2 - (board.note === "" ? 0 : 2) - noticeLines(frame, paint).length,
  ).flatMap((section, index) => [
    ...(index > 0 ? [""] : []),
    ...(section.heading === "" ? [] : [paint("strong", section.heading)]),
    ...section.rows.map((row) => rowLine(board, row, { columns, nameColumns, frame, paint })),
    ...(section.folded === "" ? [] : [paint("dim", fit(`  … ${section.folded}`, columns))]),
  ]);
  const parts = rows.some((row) => row.task !== "operation");
  const note = parts && board.note !== "" ? ["", paint("dim", fit(`  ${board.note}…`, columns))] : [];
  const notice = noticeLines(frame, paint);
  return [...lines, ...note, ...notice];
}

function noticeLines(frame: Frame, paint: Palette): readonly string[] {
  if (frame.notice === undefined) return [];
  const lines = wrap(frame.notice, Math.min(frame.columns - 1, widest)).map((line) => paint("warn", line));
  return ["", ...lines];
}

interface Section {
  readonly heading: string;
  readonly rows: readonly Row[];
  /** What was left out: `12 done`. */
  readonly folded: string;
}

/** Rows by heading; what does not fit is folded, the least telling first: done, then waiting, then busy. */
function sections(rows: readonly Row[], height: number): readonly Section[] {
  const groups = order
    .map((heading) => ({
      heading,
      rows: rows.filter((row) => headings[row.task] === heading),
    }))
    .filter((group) => group.rows.length > 0);
  const frameLines = groups.reduce((sum, group) => sum + (group.heading === "" ? 1 : 2), 0);
  let excess = rows.length + frameLines - Math.max(4, height);
  if (excess <= 0) return groups.map((group) => ({ ...group, folded: "" }));
  return groups.map((group) => {
    // The line that says what was folded takes one itself.
    const least = Math.min(group.rows.length, 1);
    const drop = Math.min(excess + 1, group.rows.length - least);
    if (drop < 2 || excess <= 0) return { ...group, folded: "" };
    excess -= drop - 1;
    const gone = new Set([...group.rows].sort((a, b) => telling(a) - telling(b)).slice(0, drop));
    return {
      heading: group.heading,
      rows: group.rows.filter((row) => !gone.has(row)),
      folded: foldedText([...gone]),
    };
  });
}

function telling(row: Row): number {
  if (row.outcome === "failed") return 3;
  if (row.outcome !== undefined) return 0;
  return waits(row) ? 1 : 2;
}

function foldedText(rows: readonly Row[]): string {
  const done = rows.filter((row) => row.outcome !== undefined).length;
  const rest = rows.length - done;
  return [done > 0 ? `${done} done` : "", rest > 0 ? `${rest} more` : ""]
    .filter((part) => part !== "")
    .join(", ");
}

function waits(row: Row): boolean {
  return row.outcome === undefined && waiting(row.state);
}

interface Layout {
  readonly columns: number;
  readonly nameColumns: number;
  readonly frame: Frame;
  readonly paint: Palette;
}

function rowLine(board: Board, row: Row, { columns, nameColumns, frame, paint }: Layout): string {
  const mark = markOf(row, frame.tick, paint);
  const name = pad(fit(row.title, nameColumns), nameColumns);
  const stateColumns = columns - 4 - nameColumns - 2 - timeColumns;
  const percent = row.fraction === undefined ? "" : `  ${Math.floor(row.fraction * 100)} %`;
  const state = fit(activity(board, row), stateColumns - percent.length) + percent;
  const time = pad(timeOf(row, frame.now), timeColumns, "right");
  return `  ${mark} ${name}  ${toneOf(row, paint, pad(state, stateColumns))}${paint("dim", time)}`;
}

function markOf(row: Row, tick: number, paint: Palette): string {
  switch (row.outcome) {
    case "ok":
      return paint("good", "✓");
    case "unchanged":
      return paint("dim", "✓");
    case "failed":
      return paint("bad", "✗");
    case "cancelled":
      return paint("dim", "–");
    case undefined:
      return waits(row) ? paint("dim", "·") : paint("busy", spinner[tick % spinner.length] ?? "⠋");
    default:
      return row.outcome satisfies never;
  }
}

function toneOf(row: Row, paint: Palette, text: string): string {
  if (row.outcome === "failed") return paint("bad", text);
  if (row.outcome === "ok") return text;
  return row.outcome === undefined && !waits(row) ? text : paint("dim", text);
}

/** Whole seconds while it goes on, so that the numbers do not flutter; exact once it ended. */
function timeOf(row: Row, now: number): string {
  if (row.outcome === "unchanged" || row.outcome === "cancelled") return "";
  if (row.outcome !== undefined) return humanDuration(row.durationMs);
  if (waits(row)) return "";
  const seconds = Math.floor((now - (row.workedSince ?? row.startedAt)) / 1000);
  if (seconds < 1) return "";
  return seconds < 100
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}`;
}
