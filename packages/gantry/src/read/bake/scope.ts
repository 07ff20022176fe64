import { type BakeValue, unknown } from "./bake-value.ts";
import { evaluate, type Scope, type UserFunction } from "./evaluate.ts";
import type { Block, Body, Expression } from "./syntax.ts";

/** Steps that the expressions of one file may take; real files take some hundred. */
const mostSteps = 200_000;
/** The value of an attribute of a block; the last one counts. */
export function attributeOf(block: Block, name: string): Expression | undefined {
  return block.attributes.findLast((attribute) => attribute.name === name)?.value;
}

/** Variables by their defaults, attributes at the top, functions, and `target.NAME.ATTRIBUTE`. */
export function scopeOf(bodies: readonly Body[]): Scope {
  const definitions = new Map<string, Expression>();
  const functions = new Map<string, UserFunction>();
  const targets = new Map<string, Block>();
  for (const body of bodies) {
    for (const attribute of body.attributes) definitions.set(attribute.name, attribute.value);
    for (const block of body.blocks) {
      const name = block.labels[0] ?? "";
      const initial = attributeOf(block, "default");
      const result = attributeOf(block, "result");
      if (block.type === "variable" && initial !== undefined) definitions.set(name, initial);
      if (block.type === "target") targets.set(name, block);
      if (block.type === "function" && result !== undefined) {
        const variadic = attributeOf(block, "variadic_params") ?? attributeOf(block, "variadic_param");
        functions.set(name, {
          parameters: namesIn(attributeOf(block, "params")),
          variadic: namesIn(variadic)[0],
          result,
        });
      }
    }
  }
  const values = new Map<string, BakeValue>();
  const busy = new Set<string>();
  const scope: Scope = {
    functions,
    depth: 0,
    budget: { left: mostSteps },
    variable: (name) => {
      if (name === "target") return targetValues(targets, scope);
      if (values.has(name)) return values.get(name) as BakeValue;
      const definition = definitions.get(name);
      if (definition === undefined || busy.has(name)) return unknown;
      busy.add(name);
      const value = evaluate(definition, scope);
      busy.delete(name);
      values.set(name, value);
      return value;
    },
  };
  return scope;
}

/** Attributes of targets as values, without those that refer to targets themselves. */
function targetValues(targets: ReadonlyMap<string, Block>, scope: Scope): BakeValue {
  const inner: Scope = { ...scope, variable: (name) => (name === "target" ? unknown : scope.variable(name)) };
  const made = Object.create(null) as Record<string, BakeValue>;
  for (const [name, block] of targets) {
    const attributes = Object.create(null) as Record<string, BakeValue>;
    for (const attribute of block.attributes) attributes[attribute.name] = evaluate(attribute.value, inner);
    made[name] = attributes;
  }
  return made;
}

function namesIn(expression: Expression | undefined): readonly string[] {
  if (expression?.kind === "variable") return [expression.name];
  if (expression?.kind !== "list") return [];
  return expression.items.flatMap((item) => {
    if (item.kind === "variable") return [item.name];
    return item.kind === "literal" && typeof item.value === "string" ? [item.value] : [];
  });
}
