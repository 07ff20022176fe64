import { steadyNow } from "../../base/clock.ts";
import type { Problem } from "../../base/errors.ts";
import type { Event, EventSink, LogEvent } from "../../base/events.ts";
import { advance, type Board, busy, divide, emptyBoard, partsBusy, partsOf } from "./board.ts";
import type { Palette } from "./palette.ts";
import { plainLine, stamp } from "./plain.ts";
import { type ProblemStyle, problemsText, problemText, unique } from "./problems.ts";
import { screen } from "./screen.ts";
import { tame } from "./text.ts";
import type { Writer } from "./writer.ts";

/** How output looks, `--format`. */
export type Format = "tty" | "plain" | "json";

/** Prints what operations say, and at the end what is wrong. */
export interface Reporter {
  readonly emit: EventSink;
  /** Said while it works, such as what Ctrl-C began. */
  notice(text: string): void;
  /** Ends progress: the last state stays on the screen. Call before results are printed; says whether anything stays. */
  settle(): boolean;
  /** Prints each of them once, those of the events among them. */
  problems(problems: readonly Problem[]): void;
}

/** What a reporter needs. */
export interface ReporterOptions {
  readonly writer: Writer;
  readonly paint: Palette;
  /** Print no progress. */
  readonly quiet: boolean;
  /** Lines of services as they are, without a name before them: the tests' own output. */
  readonly rawLogs: boolean;
  /** The terminal goes to another program as soon as no part is at work: draw nothing then. */
  readonly handsOver: boolean;
  /** The clock of the events; the one that they have by themselves when absent. */
  readonly now?: () => number;
}

/** The reporter of a format. */
export function makeReporter(format: Format, options: ReporterOptions): Reporter {
  if (format === "json") return jsonReporter(options);
  return format === "tty" && !options.quiet ? liveReporter(options) : plainReporter(options);
}

/**
 * Lines of builds and jobs are kept for the case that they fail; those of services and of watching are shown as they
 * come. Where the lines are the result (`gantry test`), those of jobs too.
 */
function shownLog(event: LogEvent, board: Board, { writer, rawLogs, paint, quiet }: ReporterOptions): void {
  const row = board.rows.get(event.id);
  if (rawLogs && isStream(board, event)) {
    if (event.stream === "stdout") writer.result(event.line);
    else writer.note(event.line);
  } else if (!quiet && row?.task === "service") {
    writer.note(`${paint("busy", row.title)} ${paint("dim", "|")} ${tame(event.line)}`);
  } else if (!quiet && row?.task === "operation") {
    writer.note(tame(event.line));
  }
}

function isStream(board: Board, event: LogEvent): boolean {
  const task = board.rows.get(event.id)?.task;
  return task === "service" || task === "job";
}

function problemStyle({ writer, paint }: ReporterOptions): ProblemStyle {
  return { paint, columns: writer.size.columns, breakEvidence: writer.live };
}

function printProblems(problems: readonly Problem[], options: ReporterOptions, separate: boolean): void {
  if (problems.length === 0) return;
  options.writer.note((separate ? "\n" : "") + problemsText(problems, "error", problemStyle(options)));
}

/** Lines of a task that failed, where no problem shows them. */
function withEvidence(event: Event, board: Board): readonly Problem[] {
  if (event.kind !== "finished" || event.outcome !== "failed") return [];
  const lines = board.rows.get(event.id)?.lines ?? [];
  return (event.problems ?? []).map((problem, index) =>
    index === 0 && problem.evidence === undefined && lines.length > 0
      ? { ...problem, evidence: lines }
      : problem,
  );
}

function plainReporter(options: ReporterOptions): Reporter {
  const { writer, paint, quiet } = options;
  let board = emptyBoard;
  let begun: number | undefined;
  let said = false;
  const failed: Problem[] = [];
  return {
    emit: (event) => {
      begun ??= event.time;
      failed.push(...withEvidence(event, board));
      if (event.kind === "log") shownLog(event, board, options);
      if (event.kind === "warning" && !quiet)
        writer.note(problemText(event.problem, "warning", problemStyle(options)));
      const line = quiet ? undefined : plainLine(event, board, paint);
      board = advance(board, event);
      if (line === undefined) return;
      said = true;
      writer.note(`${paint("dim", stamp(event.time - begun))}  ${line}`);
    },
    notice: (text) => writer.note(text),
    settle: () => false,
    problems: (problems) => printProblems(unique([...failed, ...problems]), options, said),
  };
}

const frameMs = 100;

function liveReporter(options: ReporterOptions): Reporter {
  const { writer, paint, now = steadyNow } = options;
  let board = emptyBoard;
  let tick = 0;
  let notice: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  let streaming = false;
  const failed: Problem[] = [];
  const draw = (): void => {
    const { columns, rows } = writer.size;
    const frame = { columns, rows: streaming ? rows - 1 : rows, now: now(), tick, notice };
    writer.draw([...(streaming ? [""] : []), ...screen(board, frame, paint)]);
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  // What stays goes into the scroll-back, so nothing is folded away there.
  const leave = (done: Board): void => {
    writer.clear();
    const frame = { columns: writer.size.columns, rows: Number.POSITIVE_INFINITY, now: now(), tick };
    const lines = screen(done, { ...frame, notice: undefined }, paint);
    if (lines.length > 0) writer.note(lines.join("\n"));
    drawn ||= lines.length > 0;
  };
  const settle = (): void => {
    stop();
    leave(partsOf(board));
    board = emptyBoard;
  };
  /** Before the first line of the tests: what is ready moves up, so that only the tests' own line stays below theirs. */
  const beginStream = (): void => {
    streaming = true;
    const { ended, going } = divide(board);
    leave(ended);
    if (ended.rows.size > 0) writer.note("");
    board = going;
  };
  writer.onResize(() => {
    if (timer !== undefined) draw();
  });
  return {
    emit: (event) => {
      failed.push(...withEvidence(event, board));
      if (event.kind === "log" && options.rawLogs && !streaming && isStream(board, event)) beginStream();
      if (event.kind === "log") shownLog(event, board, options);
      if (event.kind === "warning")
        writer.note(`${problemText(event.problem, "warning", problemStyle(options))}\n`);
      board = advance(board, event);
      if (options.handsOver && !partsBusy(board)) {
        settle();
        return;
      }
      // Frames come with the clock, not with events: a thousand services that start at once are ten frames a second.
      timer ??= setInterval(() => {
        tick += 1;
        draw();
      }, frameMs).unref();
      if (event.kind === "finished" && !busy(board)) settle();
    },
    notice: (text) => {
      notice = text;
      if (timer === undefined) writer.note(text);
      else draw();
    },
    settle: () => {
      settle();
      return drawn;
    },
    problems: (problems) => printProblems(unique([...failed, ...problems]), options, drawn),
  };
}

function jsonReporter({ writer, quiet }: ReporterOptions): Reporter {
  return {
    emit: (event) => {
      if (!quiet) writer.result(JSON.stringify(event));
    },
    notice: () => {},
    settle: () => false,
    problems: () => {},
  };
}
