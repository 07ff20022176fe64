/** `a`, `a and b`, `a, b and c`; more than six: `a, b, c, d and 9 more`. */
export function listed(names: readonly string[]): string {
  if (names.length > 6) return `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Bytes as people write limits: `512 MB`, `1.5 GB` (1024-based). */
export function bytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, count)) / 10)));
  const amount = count / 1024 ** step;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${units[step]}`;
}
