import { type BakeValue, unknown } from "./bake-value.ts";
import { functions } from "./functions.ts";
import type { Expression } from "./syntax.ts";

/** A function that the file defines. */
export interface UserFunction {
  readonly parameters: readonly string[];
  readonly variadic: string | undefined;
  readonly result: Expression;
}

/** What names mean. */
export interface Scope {
  readonly variable: (name: string) => BakeValue;
  readonly functions: ReadonlyMap<string, UserFunction>;
  /** Calls that are under way, to end recursion. */
  readonly depth: number;
  /** Steps that are left: nested loops over long lists must end. */
  readonly budget: { left: number };
}

const deepest = 40;
/** Items that one expression may make: a `range` or nested `for` beyond it is not a build definition. */
const mostItems = 5000;

/** Value of an expression; {@link unknown} for whatever cannot be told. Never throws. */
export function evaluate(expression: Expression, scope: Scope): BakeValue {
  if (--scope.budget.left < 0) return unknown;
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return templateValue(expression.parts, scope);
    case "variable":
      return scope.variable(expression.name);
    case "member":
      return memberOf(evaluate(expression.of, scope), expression.name);
    case "index":
      return memberOf(evaluate(expression.of, scope), evaluate(expression.index, scope));
    case "call":
      return callValue(expression, scope);
    case "list":
      return expression.items.map((item) => evaluate(item, scope));
    case "object": {
      const entries = expression.entries.map(
        ({ key, value }) => [asText(evaluate(key, scope)), evaluate(value, scope)] as const,
      );
      return objectOf(entries.filter((entry): entry is [string, BakeValue] => entry[0] !== undefined));
    }
    case "unary": {
      const value = evaluate(expression.of, scope);
      if (value === unknown) return unknown;
      if (expression.operator === "!") return typeof value === "boolean" ? !value : unknown;
      return typeof value === "number" ? -value : unknown;
    }
    case "binary":
      return binaryValue(expression.operator, expression.left, expression.right, scope);
    case "conditional": {
      const test = evaluate(expression.test, scope);
      if (test !== true && test !== false) return unknown;
      return evaluate(test ? expression.yes : expression.no, scope);
    }
    case "for":
      return forValue(expression, scope);
    default:
      return expression satisfies never;
  }
}

function templateValue(parts: readonly Expression[], scope: Scope): BakeValue {
  const values = parts.map((part) => evaluate(part, scope));
  // A template of one part keeps its kind: `"${list}"` is the list.
  if (values.length === 1) return values[0] ?? unknown;
  const texts = values.map(asText);
  return texts.includes(undefined) ? unknown : texts.join("");
}

function memberOf(value: BakeValue, key: BakeValue): BakeValue {
  if (value === unknown || key === unknown || value === null || typeof value !== "object") return unknown;
  if (Array.isArray(value))
    return typeof key === "number" ? ((value as readonly BakeValue[])[key] ?? unknown) : unknown;
  const name = asText(key);
  return name !== undefined && Object.hasOwn(value, name)
    ? ((value as Readonly<Record<string, BakeValue>>)[name] ?? null)
    : unknown;
}

function callValue(expression: Expression & { readonly kind: "call" }, scope: Scope): BakeValue {
  let args = expression.args.map((arg) => evaluate(arg, scope));
  if (expression.spread) {
    const last = args.at(-1);
    if (!Array.isArray(last)) return unknown;
    args = [...args.slice(0, -1), ...(last as readonly BakeValue[])];
  }
  const own = scope.functions.get(expression.name);
  if (own !== undefined && scope.depth < deepest) {
    const bound = new Map<string, BakeValue>();
    own.parameters.forEach((name, index) => {
      bound.set(name, args[index] ?? unknown);
    });
    if (own.variadic !== undefined) bound.set(own.variadic, args.slice(own.parameters.length));
    const variable = (name: string): BakeValue => bound.get(name) ?? scope.variable(name);
    return evaluate(own.result, { ...scope, variable, depth: scope.depth + 1 });
  }
  const known = Object.hasOwn(functions, expression.name) ? functions[expression.name] : undefined;
  if (known === undefined || args.includes(unknown)) return unknown;
  return known(args) ?? unknown;
}

function binaryValue(operator: string, left: Expression, right: Expression, scope: Scope): BakeValue {
  const a = evaluate(left, scope);
  if (operator === "&&" && a === false) return false;
  if (operator === "||" && a === true) return true;
  const b = evaluate(right, scope);
  if (a === unknown || b === unknown) return unknown;
  if (operator === "==") return JSON.stringify(a) === JSON.stringify(b);
  if (operator === "!=") return JSON.stringify(a) !== JSON.stringify(b);
  if (typeof a === "boolean" && typeof b === "boolean") return operator === "&&" ? a && b : a || b;
  if (typeof a !== "number" || typeof b !== "number") return unknown;
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? unknown : a / b;
    case "%":
      return b === 0 ? unknown : a % b;
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    default:
      return unknown;
  }
}

function forValue(expression: Expression & { readonly kind: "for" }, scope: Scope): BakeValue {
  const over = evaluate(expression.over, scope);
  if (over === unknown || over === null || typeof over !== "object" || scope.depth > deepest) return unknown;
  // HCL goes through objects in the order of their keys.
  const pairs: readonly (readonly [BakeValue, BakeValue])[] = Array.isArray(over)
    ? (over as readonly BakeValue[]).map((value, index) => [index, value] as const)
    : Object.entries(over).sort(([a], [b]) => (a < b ? -1 : 1));
  const items: BakeValue[] = [];
  const entries: [string, BakeValue][] = [];
  for (const [key, value] of pairs.slice(0, mostItems)) {
    const [first, second] = expression.names;
    const bound = new Map<string, BakeValue>(
      second === undefined
        ? [[first ?? "", value]]
        : [
            [first ?? "", key],
            [second, value],
          ],
    );
    const variable = (name: string): BakeValue =>
      bound.has(name) ? (bound.get(name) as BakeValue) : scope.variable(name);
    const inner: Scope = { ...scope, variable, depth: scope.depth + 8 };
    const condition = expression.condition === undefined ? true : evaluate(expression.condition, inner);
    if (condition === unknown) return unknown;
    if (condition !== true) continue;
    const made = evaluate(expression.value, inner);
    const name = expression.key === undefined ? undefined : asText(evaluate(expression.key, inner));
    if (expression.key === undefined) items.push(made);
    else if (name !== undefined) entries.push([name, made]);
  }
  return expression.key === undefined ? items : objectOf(entries);
}

/** An object without the traps of names such as `__proto__`. */
export function objectOf(
  entries: Iterable<readonly [string, BakeValue]>,
): Readonly<Record<string, BakeValue>> {
  const made = Object.create(null) as Record<string, BakeValue>;
  for (const [key, value] of entries) made[key] = value;
  return made;
}

/** A value as text; `undefined` for lists, objects, nothing and unknown ones. */
export function asText(value: BakeValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
