const byteFactors: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** A size as people write it for containers: `"512m"`, `"1.5g"`, `"64k"`; powers of 1024, as Docker counts. */
export type Bytes = string;

/** A span of time as people write it: `"30s"`, `"500ms"`, `"2m"`, `"1h30m"`. */
export type Duration = string;

/** Number of bytes in `"512m"`, `"1GiB"`, `"64k"` or `"1024"`; `undefined` when it is not a size. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (byteFactors[(match[2] ?? "b").toLowerCase()] ?? 1));
}

/** Shortest exact form in Docker's own notation: 536870912 is `512m`. */
export function formatBytes(bytes: number): string {
  for (const unit of ["g", "m", "k"] as const) {
    const factor = byteFactors[unit] as number;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}b`;
}

/** A size for people: `512 MB`, `1.4 GB`; powers of 1024, at most three digits. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KB", "MB", "GB"]) {
    if (value < 1000)
      return `${value >= 100 || unit === "B" ? Math.round(value) : Number(value.toFixed(1))} ${unit}`;
    value /= 1024;
  }
  return `${Number(value.toFixed(1))} TB`;
}

const durationFactors: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds in `"1m30s"`, `"500ms"`; `undefined` when it is not a duration. A bare number is refused. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  const rest = text.replaceAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g, (_, count: string, unit: string) => {
    total += Number(count) * (durationFactors[unit] as number);
    return "";
  });
  return text === "" || rest !== "" ? undefined : total;
}

/** Shortest exact form that Compose and nginx both read: 90000 is `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  let rest = ms;
  let text = "";
  for (const [unit, factor] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text;
}

/** A span for people, three digits at most: `0.4 s`, `12 s`, `3 min`, `2 h`, `5 d`. */
export function humanDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}
