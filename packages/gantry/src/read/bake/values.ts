import { type SourceFile, type Span, spanOf, type Tracked } from "../source.ts";
import { type BakeValue, unknown } from "./bake-value.ts";
import { asText, evaluate, type Scope } from "./evaluate.ts";
import type { Attribute, Expression } from "./syntax.ts";
import type { TargetDraft } from "./targets.ts";

/** The text of an attribute; `undefined` when it has none that the file tells. */
export function textAt(
  source: SourceFile,
  attribute: Attribute | undefined,
  scope: Scope,
): Tracked<string> | undefined {
  if (attribute === undefined) return undefined;
  const value = asText(evaluate(attribute.value, scope));
  return value === undefined
    ? undefined
    : { value, span: spanOf(source, attribute.value.start, attribute.value.end) };
}

/** The texts of a list, or of one value. */
export function textsAt(
  source: SourceFile,
  expression: Expression | undefined,
  scope: Scope,
): readonly Tracked<string>[] {
  if (expression === undefined) return [];
  const items = expression.kind === "list" ? expression.items : [expression];
  return items.flatMap((item) => {
    const value = evaluate(item, scope);
    const span = spanOf(source, item.start, item.end);
    const values: readonly BakeValue[] = Array.isArray(value) ? (value as readonly BakeValue[]) : [value];
    return values.flatMap((one) => {
      const text = asText(one) ?? attributesText(one);
      return text === undefined ? [] : [{ value: text, span }];
    });
  });
}

/** The object form of secrets, outputs and caches as the text form: `type=secret,id=npmrc`. */
function attributesText(value: BakeValue): string | undefined {
  if (value === unknown || value === null || typeof value !== "object" || Array.isArray(value))
    return undefined;
  return Object.entries(value)
    .map(([key, one]) => `${key}=${asText(one) ?? ""}`)
    .join(",");
}

/** Names and values of an object, each in its place. */
export function entriesAt(
  source: SourceFile,
  expression: Expression | undefined,
  scope: Scope,
): TargetDraft["args"] {
  if (expression === undefined) return [];
  if (expression.kind !== "object") {
    const value = evaluate(expression, scope);
    if (value === unknown || value === null || typeof value !== "object" || Array.isArray(value)) return [];
    const span = spanOf(source, expression.start, expression.end);
    return Object.entries(value).map(([name, one]) => entry(name, one, "", span, span));
  }
  return expression.entries.flatMap(({ key, value }) => {
    const name = asText(evaluate(key, scope));
    if (name === undefined) return [];
    const raw = source.text.slice(value.start, value.end).replace(/^"|"$/g, "");
    return [
      entry(
        name,
        evaluate(value, scope),
        raw,
        spanOf(source, key.start, key.end),
        spanOf(source, value.start, value.end),
      ),
    ];
  });
}

function entry(
  name: string,
  value: BakeValue,
  raw: string,
  span: Span,
  valueSpan: Span,
): TargetDraft["args"][number] {
  return { name, value: asText(value), raw, dynamic: value === unknown, span, valueSpan, from: "inline" };
}
