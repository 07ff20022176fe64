import type { RuleExample } from "../types.ts";

/** An example that is one Dockerfile, given by its lines. */
export function dockerfileExample(...lines: readonly string[]): RuleExample {
  return { files: { Dockerfile: `${lines.join("\n")}\n` } };
}

/** The same, of reports at these lines. */
export function dockerfileExampleAt(at: readonly number[], ...lines: readonly string[]): RuleExample {
  return { files: { Dockerfile: `${lines.join("\n")}\n` }, at: at.map((line) => `Dockerfile:${line}`) };
}
