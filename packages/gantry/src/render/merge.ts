import { isPlain } from "../base/shape.ts";

/** `layer` merged into `base`: objects merge, lists and other values replace, `null` removes. */
export function mergeOverrides(base: unknown, layer: unknown): unknown {
  if (!isPlain(base) || !isPlain(layer)) return layer;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(layer)) {
    if (value === null) delete merged[key];
    else merged[key] = key in merged ? mergeOverrides(merged[key], value) : value;
  }
  return merged;
}

/** The same data without keys whose value is `undefined`, at any depth. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, withoutUndefined(entry)]),
  );
}
