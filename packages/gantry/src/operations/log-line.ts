/** Levels of a log line, least first. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** What a line of a log says beside its text. */
export interface ParsedLine {
  readonly level: LogLevel | undefined;
  readonly message: string | undefined;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** Levels, least first. */
export const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** Words of the usual libraries and servers for the levels. */
const words: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  verbose: "trace",
  silly: "trace",
  debug: "debug",
  debug1: "debug",
  info: "info",
  information: "info",
  informational: "info",
  notice: "info",
  log: "info",
  warn: "warn",
  warning: "warn",
  err: "error",
  error: "error",
  severe: "error",
  crit: "fatal",
  critical: "fatal",
  alert: "fatal",
  emerg: "fatal",
  emergency: "fatal",
  panic: "fatal",
  fatal: "fatal",
};

const levelKeys = ["level", "severity", "lvl", "levelname", "log.level", "loglevel"];
const messageKeys = ["msg", "message", "event"];
/** The engine's own time stamp is shown instead. */
const timeKeys = ["time", "timestamp", "ts", "@timestamp", "asctime", "datetime"];

/** Understands JSON of the usual loggers, and the level in the plain text of the usual servers. */
export function parseLine(text: string): ParsedLine {
  const record = text.startsWith("{") ? parseRecord(text) : undefined;
  if (record === undefined) return { level: textLevel(text), message: undefined, fields: undefined };
  const levelKey = levelKeys.find((key) => toLevel(record[key]) !== undefined);
  // Rust's tracing keeps the message one floor deeper.
  const inner = record["fields"];
  const nested = isRecord(inner) ? inner : undefined;
  const source =
    nested !== undefined && messageKeys.some((key) => typeof nested[key] === "string") ? nested : record;
  const messageKey = messageKeys.find((key) => typeof source[key] === "string");
  const flat =
    nested === undefined || source === record ? record : { ...without(record, ["fields"]), ...nested };
  return {
    level: levelKey === undefined ? accessLevel(record) : toLevel(record[levelKey]),
    message: messageKey === undefined ? undefined : (source[messageKey] as string),
    fields: without(
      flat,
      [levelKey, messageKey, ...timeKeys].filter((key) => key !== undefined),
    ),
  };
}

/** Whether a line passes a filter; lines without a level pass only without one. */
export function passes(level: LogLevel | undefined, least: LogLevel | undefined): boolean {
  if (least === undefined) return true;
  return level !== undefined && levels.indexOf(level) >= levels.indexOf(least);
}

/** A level by its word, or by the numbers of pino and bunyan: 10, 20, … 60, and what lies between. */
function toLevel(value: unknown): LogLevel | undefined {
  if (typeof value === "string") return words[value.toLowerCase()];
  if (typeof value !== "number" || value < 10 || value > 69) return undefined;
  return levels[Math.min(Math.floor(value / 10), levels.length) - 1];
}

/** An access log has no level; its status says as much. */
function accessLevel(record: Readonly<Record<string, unknown>>): LogLevel | undefined {
  const status = Number(record["status"]);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  return status >= 500 ? "error" : status >= 400 ? "warn" : "info";
}

/** nginx writes `[warn]`, PostgreSQL `ERROR:`, Python and others `WARNING` near the start of the line. */
function textLevel(text: string): LogLevel | undefined {
  const start = text.slice(0, 100);
  const bracketed = /\[(trace|debug|info|notice|warn(?:ing)?|error|crit(?:ical)?|alert|emerg|fatal)\]/i.exec(
    start,
  );
  const marked =
    /(?:^|\s)(PANIC|FATAL|CRITICAL|ERROR|WARN(?:ING)?|NOTICE|INFO|LOG|DEBUG[1-5]?|TRACE)(?::|\s)/.exec(
      `${start} `,
    );
  const word = (bracketed?.[1] ?? marked?.[1])?.toLowerCase();
  return word === undefined ? undefined : (words[word] ?? (word.startsWith("debug") ? "debug" : undefined));
}

function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function without(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
