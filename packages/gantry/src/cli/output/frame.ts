import type { CodeFrame } from "../../check/frame.ts";
import type { Palette } from "./palette.ts";
import { tame, width } from "./text.ts";

/** Lines of code with their numbers, what is meant underlined; no line is wider than `room`. */
export function frameLines(frame: CodeFrame, room: number, paint: Palette): readonly string[] {
  const digits = String(frame.lines.at(-1)?.number ?? 0).length;
  const gutter = (label: string): string => paint("dim", `${label.padStart(digits)} │`);
  const space = Math.max(20, room - digits - 3);
  const several = frame.lines.filter(({ mark }) => mark !== undefined).length > 1;
  return frame.lines.flatMap(({ number, text, mark }) => {
    const { shown, start, end } = cut(text, mark, space);
    if (mark === undefined) return [`${gutter(String(number))} ${paint("dim", shown)}`.trimEnd()];
    const code = `${shown.slice(0, start)}${paint("strong", shown.slice(start, end))}${shown.slice(end)}`;
    const line = `${paint("bad", String(number).padStart(digits))} ${paint("dim", "│")} ${code}`;
    // Under many lines the marks would be half of what is shown; the numbers are marked anyway.
    if (several) return [line];
    const under = " ".repeat(width(shown.slice(0, start)));
    const marks = "^".repeat(Math.max(1, width(shown.slice(start, end))));
    return [line, `${gutter("")} ${under}${paint("bad", marks)}`];
  });
}

/** The part of a line that fits, with what is marked in it; tabs become spaces. */
function cut(
  text: string,
  mark: { readonly start: number; readonly end: number } | undefined,
  space: number,
): { readonly shown: string; readonly start: number; readonly end: number } {
  const before = tame(text.slice(0, mark?.start ?? 0));
  const marked = tame(text.slice(mark?.start ?? 0, mark?.end ?? text.length));
  const after = mark === undefined ? "" : tame(text.slice(mark.end));
  const whole = before + marked + after;
  const [start, end] = [before.length, before.length + marked.length];
  if (whole.length <= space) return { shown: whole, start, end };
  const from = Math.max(0, Math.min(start - Math.floor(space / 4), whole.length - space));
  const head = from > 0 ? "…" : "";
  const rest = whole.slice(from + head.length, from + space);
  const shown = `${head}${from + space < whole.length ? `${rest.slice(0, -1)}…` : rest}`;
  return { shown, start: Math.max(0, start - from), end: Math.min(shown.length, end - from) };
}
