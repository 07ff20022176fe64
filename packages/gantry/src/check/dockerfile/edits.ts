import type { Span } from "../../read/source.ts";
import type { Remedy, TextEdit } from "../types.ts";

/** Puts `text` where `span` begins. */
export function insertBefore(span: Span, text: string): TextEdit {
  return { file: span.file, start: span.start, end: span.start, text };
}

/** Puts `text` after `span`. */
export function insertAfter(span: Span, text: string): TextEdit {
  return { file: span.file, start: span.end, end: span.end, text };
}

/** Puts `text` in the place of `span`. */
export function replace(span: Span, text: string): TextEdit {
  return { file: span.file, start: span.start, end: span.end, text };
}

/** Edits that cannot change what the project does. */
export function safely(title: string, ...edits: readonly TextEdit[]): Remedy {
  return { title, safe: true, edits };
}

/** Edits for a person to look at first. */
export function perhaps(title: string, ...edits: readonly TextEdit[]): Remedy {
  return { title, safe: false, edits };
}
