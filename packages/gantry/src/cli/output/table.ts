import { fit, pad, width } from "./text.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly heading: string;
  readonly text: (row: Row) => string;
  /** Colours a cell, after it was cut and padded. */
  readonly paint?: (row: Row, text: string) => string;
  readonly side?: "left" | "right";
  /** Columns with the highest number go first when the terminal is too narrow; 0 stays, and is cut instead. */
  readonly spare: number;
}

const gap = 2;

/** Lines of a table, heading first. Without `columns` nothing is left out. */
export function tableLines<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  columns: number | undefined,
  heading: (text: string) => string,
): readonly string[] {
  const kept = fitting(rows, all, columns);
  const sizes = shares(
    kept.map((column) => size(rows, column)),
    columns,
  );
  const line = (cell: (column: Column<Row>, columns: number) => string): string =>
    kept
      .map((column, index) => cell(column, sizes[index] ?? 0))
      .join(" ".repeat(gap))
      .trimEnd();
  return [
    heading(line((column, room) => pad(fit(column.heading, room), room, column.side))),
    ...rows.map((row) =>
      line((column, room) => {
        const text = pad(fit(column.text(row), room), room, column.side);
        return column.paint?.(row, text) ?? text;
      }),
    ),
  ];
}

function size<Row>(rows: readonly Row[], column: Column<Row>): number {
  return Math.max(width(column.heading), ...rows.map((row) => width(column.text(row))));
}

/** Columns that say nothing go always; then the most spare ones until the rest fits. */
function fitting<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  columns: number | undefined,
): readonly Column<Row>[] {
  let kept = all.filter((column) => column.spare === 0 || rows.some((row) => column.text(row) !== ""));
  const total = (): number => kept.reduce((sum, column) => sum + size(rows, column) + gap, -gap);
  while (columns !== undefined && total() > columns) {
    const spare = Math.max(...kept.map((column) => column.spare));
    if (spare <= 0) break;
    kept = kept.filter((column) => column.spare !== spare);
  }
  return kept;
}

/** What is still too wide is taken from the widest. */
function shares(sizes: readonly number[], columns: number | undefined): readonly number[] {
  const result = [...sizes];
  let excess = columns === undefined ? 0 : result.reduce((sum, part) => sum + part + gap, -gap) - columns;
  while (excess > 0) {
    const most = Math.max(...result);
    if (most <= 4) break;
    result[result.indexOf(most)] = most - 1;
    excess -= 1;
  }
  return result;
}
