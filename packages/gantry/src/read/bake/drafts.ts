import { type SourceFile, type Span, spanOf, type Tracked } from "../source.ts";
import { type BakeValue, unknown } from "./bake-value.ts";
import { asText, evaluate, type Scope } from "./evaluate.ts";
import { attributeOf } from "./scope.ts";
import type { Block, Body } from "./syntax.ts";
import type { TargetDraft } from "./targets.ts";
import { entriesAt, textAt, textsAt } from "./values.ts";

/** Combinations that a matrix may make. */
const mostCombinations = 500;

/** The targets of a body as they are written, each of a matrix by itself. */
export function targetDrafts(body: Body, source: SourceFile, scope: Scope): readonly TargetDraft[] {
  return body.blocks
    .filter((block) => block.type === "target")
    .flatMap((block) => {
      const matrix = attributeOf(block, "matrix");
      const span = spanOf(source, block.start, block.end);
      const label = block.labels[0] ?? "";
      const values = matrix === undefined ? undefined : evaluate(matrix, scope);
      if (values === undefined) return [draftOf(label, span, block, source, scope)];
      return combinations(values).map((bound) => {
        const inner: Scope = {
          ...scope,
          variable: (name) => (bound.has(name) ? (bound.get(name) as BakeValue) : scope.variable(name)),
        };
        const name = attributeOf(block, "name");
        const made = name === undefined ? undefined : asText(evaluate(name, inner));
        return draftOf(
          made ?? `${label}-${[...bound.values()].map(asText).join("-")}`,
          span,
          block,
          source,
          inner,
        );
      });
    });
}

function combinations(matrix: BakeValue): readonly ReadonlyMap<string, BakeValue>[] {
  if (matrix === unknown || matrix === null || typeof matrix !== "object" || Array.isArray(matrix))
    return [new Map()];
  let made: readonly ReadonlyMap<string, BakeValue>[] = [new Map<string, BakeValue>()];
  for (const [name, values] of Object.entries(matrix)) {
    const choices: readonly BakeValue[] = Array.isArray(values)
      ? (values as readonly BakeValue[])
      : [unknown];
    made = made
      .flatMap((one) => choices.map((value) => new Map<string, BakeValue>([...one, [name, value]])))
      .slice(0, mostCombinations);
  }
  return made;
}

function draftOf(name: string, span: Span, block: Block, source: SourceFile, scope: Scope): TargetDraft {
  const attributes = new Map(block.attributes.map((attribute) => [attribute.name, attribute]));
  const one = (key: string): Tracked<string> | undefined => textAt(source, attributes.get(key), scope);
  const many = (key: string): readonly Tracked<string>[] | undefined =>
    attributes.has(key) ? textsAt(source, attributes.get(key)?.value, scope) : undefined;
  const entries = (key: string): TargetDraft["args"] => entriesAt(source, attributes.get(key)?.value, scope);
  const given = (key: string): boolean => attributes.has(key) && one(key) === undefined;
  return {
    name,
    span,
    inherits: many("inherits") ?? [],
    context: one("context"),
    dockerfile: one("dockerfile"),
    inline: one("dockerfile-inline"),
    target: one("target"),
    dynamic: given("context") || given("dockerfile") || given("target") || given("dockerfile-inline"),
    args: entries("args"),
    contexts: entries("contexts"),
    labels: entries("labels"),
    tags: many("tags"),
    platforms: many("platforms"),
    cacheFrom: many("cache-from"),
    cacheTo: many("cache-to"),
    secrets: many("secret"),
    output: many("output"),
  };
}
