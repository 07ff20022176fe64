import type { ReadProblem } from "../source.ts";
import type { YamlNode, YamlScalar } from "../yaml/model.ts";
import { parseYaml, rootMap } from "../yaml/parse.ts";
import { entriesOf } from "../yaml/questions.ts";
import { templateExpression } from "./expressions.ts";
import type { Block, Body, Expression } from "./syntax.ts";
import { HclError } from "./tokens.ts";

/** Reads the JSON form; texts in it are templates, as in HCL. JSON is YAML, whose reader knows places. */
export function jsonBody(
  path: string,
  text: string,
): { readonly body: Body; readonly problems: readonly ReadProblem[] } {
  const file = parseYaml(path, text);
  const problems: ReadProblem[] = [...file.problems];
  const blocks: Block[] = [];
  for (const type of ["variable", "function", "group", "target"] as const) {
    const node = entriesOf(rootMap(file)).find((entry) => entry.key === type)?.value;
    for (const { key, keySpan, value } of entriesOf(node)) {
      const attributes = entriesOf(value).map((entry) => ({
        name: entry.key,
        value: expressionOf(entry.value, problems),
        start: entry.keySpan.start,
        end: entry.value.span.end,
      }));
      blocks.push({ type, labels: [key], attributes, blocks: [], start: keySpan.start, end: keySpan.end });
    }
  }
  return { body: { attributes: [], blocks }, problems };
}

function expressionOf(node: YamlNode, problems: ReadProblem[]): Expression {
  const place = { start: node.span.start, end: node.span.end };
  if (node.kind === "list") {
    return { kind: "list", items: node.items.map((item) => expressionOf(item, problems)), ...place };
  }
  if (node.kind === "map") {
    const entries = node.entries.map(({ key, keySpan, value }) => ({
      key: { kind: "literal", value: key, start: keySpan.start, end: keySpan.end } as const,
      value: expressionOf(value, problems),
    }));
    return { kind: "object", entries, ...place };
  }
  return scalarExpression(node, place, problems);
}

function scalarExpression(
  node: YamlScalar,
  place: { readonly start: number; readonly end: number },
  problems: ReadProblem[],
): Expression {
  if (typeof node.value !== "string" || !/[$%]\{/.test(node.value)) {
    return { kind: "literal", value: node.value, ...place };
  }
  try {
    return templateExpression(node.value, place.start + 1, false, 0, place);
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    problems.push({ span: node.span, message: error.message });
    return { kind: "literal", value: node.value, ...place };
  }
}
