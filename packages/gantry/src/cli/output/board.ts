import type { Event, FinishedEvent, TaskKind } from "../../base/events.ts";

/** A task as the events so far tell of it. */
export interface Row {
  readonly id: string;
  readonly parent: string | undefined;
  readonly task: TaskKind;
  readonly title: string;
  /** What it is doing, or how it ended. */
  readonly state: string;
  readonly fraction: number | undefined;
  readonly startedAt: number;
  /** When it stopped waiting for others: what it takes itself counts from here. */
  readonly workedSince: number | undefined;
  /** Absent while it goes on. */
  readonly outcome: FinishedEvent["outcome"] | undefined;
  readonly durationMs: number;
  /** Its last lines, for the case that it fails. */
  readonly lines: readonly string[];
}

/** All tasks of an operation, in the order they began. */
export interface Board {
  readonly rows: ReadonlyMap<string, Row>;
  /** What the operation itself is doing, until one of its parts moves on. */
  readonly note: string;
}

/** Nothing has begun. */
export const emptyBoard: Board = { rows: new Map(), note: "" };

const keptLines = 30;

/** The board after one more event. */
export function advance(board: Board, event: Event): Board {
  const row = nextRow(board.rows.get(event.id), event);
  if (row === undefined) return board;
  const moves = event.kind !== "log" && event.kind !== "warning";
  const own = row.task === "operation" && row.outcome === undefined ? row.state : "";
  return { rows: new Map(board.rows).set(event.id, row), note: moves ? own : board.note };
}

function nextRow(row: Row | undefined, event: Event): Row | undefined {
  switch (event.kind) {
    case "started":
      return {
        id: event.id,
        parent: event.parent,
        task: event.task,
        title: event.title,
        state: "",
        fraction: undefined,
        startedAt: event.time,
        workedSince: event.time,
        outcome: undefined,
        durationMs: 0,
        lines: [],
      };
    case "progress":
      return row === undefined || row.outcome !== undefined
        ? undefined
        : {
            ...row,
            state: event.state,
            fraction: event.fraction,
            workedSince: waiting(event.state) ? undefined : (row.workedSince ?? event.time),
          };
    case "log":
      return row === undefined ? undefined : { ...row, lines: [...row.lines, event.line].slice(-keptLines) };
    case "finished":
      return row === undefined
        ? undefined
        : {
            ...row,
            outcome: event.outcome,
            state: event.state,
            fraction: undefined,
            durationMs: ownTime(row, event),
          };
    case "warning":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** What it took itself: waiting for others would make the last one of a chain look slow. */
function ownTime(row: Row, event: FinishedEvent): number {
  return row.workedSince === undefined ? event.durationMs : event.time - row.workedSince;
}

/** Whether a state says that others are at work, not this one. */
export function waiting(state: string): boolean {
  return /^(wait|queue|created|pending)/.test(state);
}

/** What a row is doing: its own state, or the step below it that goes on. */
export function activity(board: Board, row: Row): string {
  if (row.outcome !== undefined) return row.state;
  const step = [...board.rows.values()].findLast(
    (other) => other.parent === row.id && other.task === "step" && other.outcome === undefined,
  );
  return step === undefined ? row.state : step.title;
}

/** Whether anything still goes on. */
export function busy(board: Board): boolean {
  return [...board.rows.values()].some((row) => row.outcome === undefined);
}

/** Whether an image, a service or another part still goes on. */
export function partsBusy(board: Board): boolean {
  return [...board.rows.values()].some((row) => row.task !== "operation" && row.outcome === undefined);
}

/** The board without operations: what is left to see when they ended. */
export function partsOf(board: Board): Board {
  return { rows: new Map([...board.rows].filter(([, row]) => row.task !== "operation")), note: "" };
}

/** The parts that ended, and all else. */
export function divide(board: Board): { readonly ended: Board; readonly going: Board } {
  const rows = [...board.rows];
  const over = ([, row]: readonly [string, Row]): boolean =>
    row.task !== "operation" && row.outcome !== undefined;
  return {
    ended: { rows: new Map(rows.filter(over)), note: "" },
    going: { rows: new Map(rows.filter((entry) => !over(entry))), note: board.note },
  };
}

/** Rows with a line of their own: steps show inside what they belong to, and an operation while it is all there is. */
export function visibleRows(board: Board): readonly Row[] {
  const rows = [...board.rows.values()];
  const parts = rows.filter((row) => {
    if (row.task === "operation") return false;
    const parent = row.parent === undefined ? undefined : board.rows.get(row.parent);
    return row.task !== "step" || parent === undefined || parent.task === "operation";
  });
  return parts.length > 0 ? parts : rows.filter((row) => row.outcome === undefined).slice(0, 1);
}
