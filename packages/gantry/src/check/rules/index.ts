import type { Rule } from "../types.ts";

/** All rules, sorted by code. One import and one line for each file of this folder; a test holds them together. */
export const rules: readonly Rule[] = [];
