import type { Palette } from "./palette.ts";

/** One line of a difference. */
interface Edit {
  readonly kind: "same" | "gone" | "new";
  readonly line: string;
}

const context = 3;
// Above this the table would take more memory than the answer is worth: then everything in between is shown as replaced.
const largestTable = 4_000_000;

/** A unified diff of two texts; empty when they are the same. `undefined` stands for a file that is not there. */
export function diffText(
  path: string,
  before: string | undefined,
  after: string | undefined,
  paint: Palette,
): string {
  const edits = editsOf(linesOf(before), linesOf(after));
  if (edits.every((edit) => edit.kind === "same")) return "";
  const head = [
    paint("strong", `--- ${before === undefined ? "/dev/null" : path}`),
    paint("strong", `+++ ${after === undefined ? "/dev/null" : path}`),
  ];
  return [...head, ...hunks(edits, paint)].join("\n");
}

function linesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : `${text}\n\\ no line end at the end of the file`).split(
    "\n",
  );
}

function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const same = (lines: readonly string[]): readonly Edit[] => lines.map((line) => ({ kind: "same", line }));
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

/** Longest common subsequence; what is not in it is gone or new. */
function middle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const [rows, columns] = [before.length, after.length];
  const replaced = [
    ...before.map((line): Edit => ({ kind: "gone", line })),
    ...after.map((line): Edit => ({ kind: "new", line })),
  ];
  if (rows === 0 || columns === 0 || rows * columns > largestTable) return replaced;
  const width = columns + 1;
  const length = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      length[at] =
        before[row] === after[column]
          ? (length[at + width + 1] ?? 0) + 1
          : Math.max(length[at + width] ?? 0, length[at + 1] ?? 0);
    }
  }
  const edits: Edit[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const at = row * width + column;
    if (row < rows && column < columns && before[row] === after[column]) {
      edits.push({ kind: "same", line: before[row] ?? "" });
      row += 1;
      column += 1;
    } else if (column >= columns || (row < rows && (length[at + width] ?? 0) >= (length[at + 1] ?? 0))) {
      edits.push({ kind: "gone", line: before[row] ?? "" });
      row += 1;
    } else {
      edits.push({ kind: "new", line: after[column] ?? "" });
      column += 1;
    }
  }
  return edits;
}

function hunks(edits: readonly Edit[], paint: Palette): readonly string[] {
  const near = edits.map((_, index) =>
    edits.slice(Math.max(0, index - context), index + context + 1).some((edit) => edit.kind !== "same"),
  );
  const lines: string[] = [];
  let [old, now] = [1, 1];
  for (const [index, edit] of edits.entries()) {
    if (near[index] === true) {
      if (near[index - 1] !== true) {
        const stop = near.indexOf(false, index);
        const hunk = edits.slice(index, stop < 0 ? edits.length : stop);
        const count = (kind: Edit["kind"]): number => hunk.filter((part) => part.kind !== kind).length;
        const range = (from: number, size: number): string => `${size === 0 ? from - 1 : from},${size}`;
        lines.push(paint("busy", `@@ -${range(old, count("new"))} +${range(now, count("gone"))} @@`));
      }
      lines.push(editLine(edit, paint));
    }
    if (edit.kind !== "new") old += 1;
    if (edit.kind !== "gone") now += 1;
  }
  return lines;
}

function editLine(edit: Edit, paint: Palette): string {
  if (edit.line.startsWith("\\ ")) return paint("dim", edit.line);
  if (edit.kind === "gone") return paint("bad", `-${edit.line}`);
  return edit.kind === "new" ? paint("good", `+${edit.line}`) : ` ${edit.line}`;
}
