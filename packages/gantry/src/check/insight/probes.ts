import { hasAny } from "../../base/text.ts";
import type { CommandLine } from "../../read/dockerfile/model.ts";

/** Whether a probe asks over HTTP. */
export function asksWebServer({ text, words }: CommandLine): boolean {
  return [text, ...words].some((one) => hasAny(one, ["http://", "https://"]));
}
