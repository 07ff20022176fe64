import type { Stack, StackInput } from "./types.ts";

/**
 * Describes a stack. The compiler knows the services' names: `uses`, `image`, routes and overrides accept no others.
 * Nothing is checked or read here; `gantry` does that, and reports all problems at once.
 */
export function defineStack<const Names extends string>(input: StackInput<Names>): Stack {
  return { kind: "gantry.stack", input: input as unknown as StackInput<string> };
}
