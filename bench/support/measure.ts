/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/**
 * Medians of several ways, in milliseconds: each round runs every way once, so that what disturbs the machine disturbs
 * all of them alike. The first rounds warm caches and do not count.
 */
export async function interleaved(
  ways: Readonly<Record<string, () => Promise<void> | void>>,
  rounds: { readonly counted: number; readonly warm: number },
): Promise<Readonly<Record<string, number>>> {
  const times = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = -rounds.warm; round < rounds.counted; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const begun = performance.now();
      await way();
      if (round >= 0) times.get(name)?.push(performance.now() - begun);
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

/** A table for people: the first column to the left, the others to the right. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const sizes = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(sizes[0] ?? 0) : cell.padStart(sizes[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
