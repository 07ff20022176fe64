import type { BakeValue } from "./bake-value.ts";

type Function = (args: readonly BakeValue[]) => BakeValue | undefined;

function text(value: BakeValue | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

function list(value: BakeValue | undefined): readonly BakeValue[] {
  return Array.isArray(value) ? (value as readonly BakeValue[]) : [];
}

function record(value: BakeValue | undefined): Readonly<Record<string, BakeValue>> {
  const plain = typeof value === "object" && value !== null && !Array.isArray(value);
  return plain ? (value as Readonly<Record<string, BakeValue>>) : {};
}

const onText =
  (change: (one: string) => string): Function =>
  ([one]) =>
    change(text(one));
const onNumbers =
  (combine: (a: number, b: number) => number): Function =>
  ([a, b]) =>
    typeof a === "number" && typeof b === "number" ? combine(a, b) : undefined;
const same = (a: BakeValue | undefined, b: BakeValue | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** A pattern of the file's author: only simple ones are run, so that none keeps us busy. */
function pattern(source: string, flags: string): RegExp | undefined {
  if (source.length > 200 || /[+*}]\)?[+*{]|\([^)]*[+*][^)]*\)[+*{]/.test(source)) return undefined;
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** Longest text that a function makes. */
const longest = 100_000;

/** Functions of Bake that depend on nothing outside; all others give unknown values. */
export const functions: Readonly<Record<string, Function>> = {
  lower: onText((one) => one.toLowerCase()),
  upper: onText((one) => one.toUpperCase()),
  title: onText((one) => one.replace(/(^|\s)\S/g, (start) => start.toUpperCase())),
  trimspace: onText((one) => one.trim()),
  chomp: onText((one) => one.replace(/[\r\n]+$/, "")),
  basename: onText((one) => one.slice(one.lastIndexOf("/") + 1)),
  dirname: onText((one) => (one.includes("/") ? one.slice(0, one.lastIndexOf("/")) || "/" : ".")),
  sanitize: onText((one) => one.replace(/[^a-zA-Z0-9_-]+/g, "_")),
  urlencode: onText((one) => encodeURIComponent(one)),
  base64encode: onText((one) => Buffer.from(one).toString("base64")),
  base64decode: onText((one) => Buffer.from(one, "base64").toString()),
  tostring: ([one]) => text(one),
  strlen: ([one]) => text(one).length,
  replace: ([one, from, to]) => limited(text(one).replaceAll(text(from), text(to))),
  regex_replace: ([one, from, to]) => {
    const expression = pattern(text(from), "g");
    return expression === undefined ? undefined : limited(text(one).replace(expression, text(to)));
  },
  substr: ([one, start, count]) =>
    typeof start === "number" && typeof count === "number"
      ? text(one).slice(start, count < 0 ? undefined : start + count)
      : undefined,
  trim: ([one, set]) => trimmed(text(one), text(set), true, true),
  trimprefix: ([one, part]) =>
    text(one).startsWith(text(part)) ? text(one).slice(text(part).length) : text(one),
  trimsuffix: ([one, part]) =>
    text(part) !== "" && text(one).endsWith(text(part)) ? text(one).slice(0, -text(part).length) : text(one),
  split: ([separator, one]) => text(one).split(text(separator)),
  join: ([separator, ...lists]) => limited(lists.flatMap(list).map(text).join(text(separator))),
  format: ([one, ...args]) => formatted(text(one), args),
  concat: (lists) => lists.flatMap(list),
  flatten: ([one]) =>
    list(one).flatMap((item) => (Array.isArray(item) ? (item as readonly BakeValue[]) : [item])),
  distinct: ([one]) =>
    list(one).filter((item, index, all) => all.findIndex((other) => same(item, other)) === index),
  compact: ([one]) => list(one).filter((item) => item !== "" && item !== null),
  reverselist: ([one]) => list(one).toReversed(),
  reverse: ([one]) => [...text(one)].reverse().join(""),
  sort: ([one]) => list(one).map(text).sort(),
  slice: ([one, from, to]) =>
    typeof from === "number" && typeof to === "number" ? list(one).slice(from, to) : undefined,
  element: ([one, index]) => {
    const items = list(one);
    return typeof index === "number" && items.length > 0 ? items[index % items.length] : undefined;
  },
  length: ([one]) => (Array.isArray(one) ? one.length : Object.keys(record(one)).length),
  contains: ([one, wanted]) => list(one).some((item) => same(item, wanted)),
  keys: ([one]) => Object.keys(record(one)).sort(),
  values: ([one]) =>
    Object.entries(record(one))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => value),
  merge: (records) => Object.assign(Object.create(null), ...records.map(record)) as BakeValue,
  lookup: ([one, key, otherwise]) =>
    Object.hasOwn(record(one), text(key)) ? record(one)[text(key)] : otherwise,
  coalesce: (args) => args.find((one) => one !== null),
  equal: ([a, b]) => same(a, b),
  notequal: ([a, b]) => !same(a, b),
  not: ([one]) => (typeof one === "boolean" ? !one : undefined),
  and: ([a, b]) => a === true && b === true,
  or: ([a, b]) => a === true || b === true,
  add: onNumbers((a, b) => a + b),
  subtract: onNumbers((a, b) => a - b),
  multiply: onNumbers((a, b) => a * b),
  divide: onNumbers((a, b) => a / b),
  modulo: onNumbers((a, b) => a % b),
  greaterthan: ([a, b]) => (typeof a === "number" && typeof b === "number" ? a > b : undefined),
  lessthan: ([a, b]) => (typeof a === "number" && typeof b === "number" ? a < b : undefined),
  min: (args) => Math.min(...args.map(Number)),
  max: (args) => Math.max(...args.map(Number)),
};

function limited(made: string): string | undefined {
  return made.length > longest ? undefined : made;
}

function trimmed(one: string, set: string, left: boolean, right: boolean): string {
  let start = 0;
  let end = one.length;
  while (left && start < end && set.includes(one[start] as string)) start++;
  while (right && end > start && set.includes(one[end - 1] as string)) end--;
  return one.slice(start, end);
}

/** `%s`, `%d` and `%v` only. */
function formatted(template: string, args: readonly BakeValue[]): string | undefined {
  let index = 0;
  const made = template.replace(/%[sdv%]/g, (verb) => (verb === "%%" ? "%" : text(args[index++])));
  return /%[^%\s]/.test(template.replace(/%[sdv%]/g, "")) ? undefined : limited(made);
}
