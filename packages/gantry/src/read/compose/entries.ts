import type { YamlNode } from "../yaml/model.ts";
import { entriesOf, isDynamic, itemsOf, textAt } from "../yaml/questions.ts";
import type { EnvironmentEntry, Grant } from "./model.ts";

/** Entries of a mapping that was `NAME: value` or `- NAME=value`. */
export function assignments(node: YamlNode | undefined): readonly EnvironmentEntry[] {
  return entriesOf(node).map(({ key, keySpan, value }) => {
    const scalar = value.kind === "scalar" ? value : undefined;
    const absent = scalar === undefined || (scalar.value === null && !scalar.quoted);
    return {
      name: key,
      value: absent ? undefined : scalar.text,
      raw: absent ? undefined : scalar.raw,
      dynamic: isDynamic(value),
      span: keySpan,
      valueSpan: absent ? keySpan : scalar.span,
      from: "inline",
    };
  });
}

/** `source`, or `{ source, target }`. */
export function grantsOf(node: YamlNode | undefined): readonly Grant[] {
  return itemsOf(node).flatMap((item) => {
    const source = item.kind === "scalar" ? item.text : textAt(item, "source");
    if (source === undefined || source === "") return [];
    return [{ source, target: textAt(item, "target"), span: item.span }];
  });
}
