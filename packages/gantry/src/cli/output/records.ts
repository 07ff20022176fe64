import type { LogRecord } from "../../operations/logs.ts";
import type { Palette, Tone } from "./palette.ts";
import { pad, tame } from "./text.ts";

/** How log lines are printed. */
export interface RecordStyle {
  readonly paint: Palette;
  /** Colours the name of a service. */
  readonly colourOf: (service: string) => (text: string) => string;
  /** Columns that names take. */
  readonly nameColumns: number;
  /** Minutes that local time is ahead of UTC; tests fix it. */
  readonly offsetMinutes: (time: number) => number;
}

/** One log line: `api-1 | 12:04:01.123 INFO  message key=value`; a stack trace follows on lines of its own. */
export function recordLines(record: LogRecord, style: RecordStyle): readonly string[] {
  const { paint } = style;
  const name = pad(`${record.service}-${record.replica}`, style.nameColumns);
  const prefix = `${style.colourOf(record.service)(name)} ${paint("dim", "|")} `;
  const time = paint("dim", clock(record.time + style.offsetMinutes(record.time) * 60_000));
  const level = record.level === undefined ? "" : ` ${levelText(record.level, paint)}`;
  const text = record.message === undefined ? withoutTime(tame(record.text)) : tame(record.message);
  const { pairs, blocks } = spread(record.fields ?? {}, record.service);
  const fields = pairs.map(([key, value]) => ` ${paint("dim", `${key}=`)}${value}`).join("");
  return [
    `${prefix}${time}${level} ${text}${fields}`,
    ...blocks
      .flatMap((block) => block.split("\n"))
      .map((line) => `${prefix}${paint("dim", `    ${tame(line)}`)}`),
  ];
}

const leadingTime =
  /^\[?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?[ :]*/;
// `1:M 21 Nov 2026 09:18:15.323 * Ready`: process and role stand before the time.
const redisTime = /^(\d+:[A-Z]) \d\d [A-Z][a-z]{2} \d{4} [\d:.]+ /;

/** PostgreSQL, nginx, Redis and many more begin each line with the time, which stands before it already. */
function withoutTime(text: string): string {
  const rest = text.replace(leadingTime, "").replace(redisTime, "$1 ");
  return rest === "" ? text : rest;
}

function clock(localTime: number): string {
  return new Date(localTime).toISOString().slice(11, 23);
}

const levelTones: Readonly<Record<NonNullable<LogRecord["level"]>, Tone>> = {
  trace: "dim",
  debug: "dim",
  info: "good",
  warn: "warn",
  error: "bad",
  fatal: "bad",
};

function levelText(level: NonNullable<LogRecord["level"]>, paint: Palette): string {
  return paint(levelTones[level], pad(level.toUpperCase(), 5));
}

// Every line of a Node logger carries these, and the name before the bar says it already.
const tiresome = new Set(["pid", "hostname", "v"]);

interface Spread {
  readonly pairs: readonly (readonly [string, string])[];
  /** Texts of many lines, such as stack traces. */
  readonly blocks: readonly string[];
}

/** Fields as `key=value`; what lies one level down as `req.method=GET`, deeper things as JSON. */
function spread(fields: Readonly<Record<string, unknown>>, service: string): Spread {
  const pairs: (readonly [string, string])[] = [];
  const blocks: string[] = [];
  const add = (key: string, value: unknown, depth: number): void => {
    if (typeof value === "string" && value.includes("\n")) blocks.push(value);
    else if (isRecord(value) && depth < 2) {
      for (const [inner, below] of Object.entries(value)) add(`${key}.${inner}`, below, depth + 1);
    } else pairs.push([tame(key), valueText(value)]);
  };
  for (const [key, value] of Object.entries(fields))
    if (!tiresome.has(key) && !(key === "service" && value === service)) add(key, value, 0);
  return { pairs, blocks };
}

function valueText(value: unknown): string {
  if (typeof value !== "string") return tame(JSON.stringify(value) ?? "");
  return /^[^\s"=]+$/.test(value) ? tame(value) : tame(JSON.stringify(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
