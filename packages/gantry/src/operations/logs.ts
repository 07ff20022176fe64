import type { OperationContext } from "./context.ts";

/** Levels of a log line, least first. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** What `gantry logs` may be told. */
export interface LogsOptions {
  /** Only these services. */
  readonly services?: readonly string[];
  /** Go on as lines come, and take in containers that start later. */
  readonly follow?: boolean;
  /** Least level; lines without a level pass only when this is absent. */
  readonly level?: LogLevel;
  /** A span back from now (`"10m"`) or a time (`"2026-11-21T08:00:00Z"`). */
  readonly since?: string;
  /** Last lines of each container; all when absent. */
  readonly tail?: number;
}

/** One line of one container. */
export interface LogRecord {
  readonly service: string;
  readonly replica: number;
  /** Milliseconds since the epoch, as the engine stamped it. */
  readonly time: number;
  readonly stream: "stdout" | "stderr";
  /** The line as it was printed, without its end and redacted. */
  readonly text: string;
  readonly level: LogLevel | undefined;
  /** The message of a JSON line. */
  readonly message: string | undefined;
  /** The fields of a JSON line without level, time and message; `undefined` for other lines. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** Lines of all services, merged in order of time; ends with the last line, or on abort when it follows. */
export async function* logs(
  _context: OperationContext,
  _options: LogsOptions = {},
): AsyncGenerator<LogRecord, void, undefined> {
  throw new Error("not there yet");
}
