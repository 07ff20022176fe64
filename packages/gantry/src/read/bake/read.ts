import { folderOf, resolvePath } from "../paths.ts";
import { linkBuild, type Reader } from "../reader.ts";
import {
  type Comment,
  type ReadProblem,
  type SourceFile,
  type Span,
  sourceFile,
  spanOf,
  type Tracked,
} from "../source.ts";
import { asText, type BakeValue, evaluate, type Scope, type UserFunction, unknown } from "./evaluate.ts";
import { jsonBody } from "./json.ts";
import type { BakeFile, BakeTarget } from "./model.ts";
import { parseHcl } from "./parse.ts";
import type { Attribute, Block, Body, Expression } from "./syntax.ts";
import { resolveTargets, type TargetDraft } from "./targets.ts";

/** Reads a Bake file, with its override file when there is one. Never throws. */
export function readBakeFile(reader: Reader, path: string, override?: string): BakeFile | undefined {
  const parsed = parseBake(reader, path);
  if (parsed === undefined) return undefined;
  const over = override === undefined ? undefined : parseBake(reader, override);
  const bodies = over === undefined ? [parsed] : [parsed, over];
  const scope = scopeOf(bodies.map(({ body }) => body));
  const drafts = bodies.flatMap(({ body, source }) => targetDrafts(body, source, scope));
  return {
    path,
    source: parsed.source,
    comments: parsed.comments,
    problems: parsed.problems,
    variables: blocksOf(parsed, "variable").map((block) => {
      const value = asText(scope.variable(block.labels[0] ?? ""));
      return {
        name: block.labels[0] ?? "",
        default: value,
        span: spanOf(parsed.source, block.start, block.end),
      };
    }),
    groups: blocksOf(parsed, "group").map((block) => ({
      name: block.labels[0] ?? "",
      targets: textsAt(parsed.source, attributeOf(block, "targets"), scope),
      span: spanOf(parsed.source, block.start, block.end),
    })),
    targets: resolveTargets(drafts).map((draft) => targetOf(reader, path, draft)),
  };
}

/** A file that only changes another: its text is known, its targets are those of the other. */
export function readBakeOverride(reader: Reader, path: string): BakeFile | undefined {
  const parsed = parseBake(reader, path);
  if (parsed === undefined) return undefined;
  const { source, comments, problems } = parsed;
  return { path, source, comments, problems, variables: [], groups: [], targets: [] };
}

interface Parsed {
  readonly source: SourceFile;
  readonly body: Body;
  readonly comments: readonly Comment[];
  readonly problems: readonly ReadProblem[];
}

function parseBake(reader: Reader, path: string): Parsed | undefined {
  const text = reader.text(path);
  if (text === undefined) return undefined;
  const source = sourceFile(path, text);
  if (path.endsWith(".json")) return { source, comments: [], ...jsonBody(path, text) };
  const { body, comments, errors } = parseHcl(text);
  return {
    source,
    body,
    comments: comments.map((token) => ({
      text: token.text.replace(/^(#|\/\/|\/\*)\s*|\s*\*\/$/g, "").trim(),
      span: spanOf(source, token.start, token.end),
      trailing: text.slice(text.lastIndexOf("\n", token.start - 1) + 1, token.start).trim() !== "",
    })),
    problems: errors.map((error) => ({
      span: spanOf(source, error.offset, error.offset),
      message: error.message,
    })),
  };
}

function blocksOf({ body }: { readonly body: Body }, type: string): readonly Block[] {
  return body.blocks.filter((block) => block.type === type);
}

function attributeOf(block: Block, name: string): Expression | undefined {
  return block.attributes.findLast((attribute) => attribute.name === name)?.value;
}

/** Variables by their defaults, attributes at the top, functions, and `target.NAME.ATTRIBUTE`. */
function scopeOf(bodies: readonly Body[]): Scope {
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

/** Steps that the expressions of one file may take; real files take some hundred. */
const mostSteps = 200_000;
/** Combinations that a matrix may make. */
const mostCombinations = 500;

function targetDrafts(body: Body, source: SourceFile, scope: Scope): readonly TargetDraft[] {
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

function textAt(
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

function textsAt(
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

function entriesAt(
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

function targetOf(reader: Reader, path: string, draft: TargetDraft): BakeTarget {
  const contextText = draft.context?.value ?? ".";
  const remote = /^(https?:|git@|ssh:|git:|github\.com\/|target:|docker-image:)|\.git(#|$)/.test(contextText);
  const context = remote || draft.dynamic ? undefined : contextOf(reader, path, contextText, draft);
  const { dynamic, ...target } = draft;
  return {
    ...target,
    tags: draft.tags ?? [],
    platforms: draft.platforms ?? [],
    cacheFrom: draft.cacheFrom ?? [],
    cacheTo: draft.cacheTo ?? [],
    secrets: draft.secrets ?? [],
    output: draft.output ?? [],
    link: linkBuild(reader, {
      context,
      dockerfile: draft.dockerfile?.value,
      inline:
        draft.inline === undefined ? undefined : { path: draft.inline.span.file, text: draft.inline.value },
      target: draft.target?.value,
      dynamic,
    }),
  };
}

/**
 * The context's folder. Bake counts from the folder it is called in, which the file does not tell: its own folder, or
 * one above it, whichever has the Dockerfile. `undefined` when none has.
 */
function contextOf(reader: Reader, path: string, text: string, draft: TargetDraft): string | undefined {
  const own = folderOf(path);
  const bases = [own];
  while (bases.at(-1) !== "") bases.push(folderOf(bases.at(-1) ?? ""));
  const found = bases.find((base) => {
    const context = resolvePath(base, text);
    if (context === undefined) return false;
    const file =
      draft.inline === undefined ? resolvePath(context, draft.dockerfile?.value ?? "Dockerfile") : context;
    return file !== undefined && reader.exists(file);
  });
  return found === undefined && own !== "" ? undefined : resolvePath(found ?? own, text);
}
