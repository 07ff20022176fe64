/** What stands for a value that only a build knows. */
export const unknown: unique symbol = Symbol("unknown");

/** A value of a Bake file. */
export type BakeValue =
  | string
  | number
  | boolean
  | null
  | typeof unknown
  | readonly BakeValue[]
  | { readonly [key: string]: BakeValue };
