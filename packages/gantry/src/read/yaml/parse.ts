import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Parser,
  type Scalar,
} from "yaml";
import { type ReadProblem, type SourceFile, type Span, sourceFile, spanOf } from "../source.ts";
import { withMerged } from "./merge.ts";
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from "./model.ts";
import { plainDocuments } from "./plain.ts";
import { withLongQuotes } from "./quoted.ts";

/** A YAML file: its documents with aliases and merge keys resolved. */
export interface YamlFile {
  readonly path: string;
  readonly source: SourceFile;
  /** Roots of the documents, empty ones left out. */
  readonly documents: readonly YamlNode[];
  readonly problems: readonly ReadProblem[];
}

/** Values a file may hold once its aliases are written out; a file beyond it is a bomb, not a configuration. */
const mostValues = 200_000;
/** Values inside of each other; rules walk through them by calling themselves. */
const deepest = 200;
const tooDeep = "it is nested too deeply";
/** Brackets that may be open at once. */
const mostBrackets = 1000;

/**
 * `*name:` as a key. YAML 1.2 takes the colon as a part of the name; Go's reader, which Compose and kubectl have, does
 * not, and people write it. For the library the star becomes this mark, so that no offset moves.
 */
const aliasMark = "\uE000";
const aliasKey = /^([ \t]*(?:- +)*)\*([\w-]+:)(?=[ \t\r\n]|$)/gm;

function markAliasKeys(text: string): string {
  return text.includes("*") ? text.replace(aliasKey, `$1${aliasMark}$2`) : text;
}

interface State {
  readonly source: SourceFile;
  readonly document: Document.Parsed;
  readonly problems: ReadProblem[];
  readonly anchors: Map<string, Node>;
  readonly done: Map<Node, YamlNode>;
  readonly sizes: Map<YamlNode, number>;
  readonly busy: Set<Node>;
  budget: number;
}

/** Reads a YAML file. Never throws: what cannot be read is named in `problems`. */
export function parseYaml(path: string, text: string): YamlFile {
  const source = sourceFile(path, text);
  const documents = plainDocuments(source);
  return documents === undefined ? parseAnyYaml(source) : { path, source, documents, problems: [] };
}

/** The same by the library, which reads all of YAML. */
export function parseAnyYaml(source: SourceFile): YamlFile {
  const { path, text } = source;
  if (isTooDeep(text))
    return { path, source, documents: [], problems: [{ span: spanOf(source, 0, 0), message: tooDeep }] };
  const read = composed(source, text);
  if (!read.problems.some(({ message }) => message.startsWith("Missing closing"))) return read;
  const mended = withLongQuotes(text);
  const again = mended === undefined ? read : composed(source, mended);
  return again.problems.length === 0 ? again : read;
}

/** Reads a text of the same length as the source's, whose places it names. */
function composed(source: SourceFile, text: string): YamlFile {
  const problems: ReadProblem[] = [];
  const documents: YamlNode[] = [];
  try {
    const composer = new Composer({ uniqueKeys: false, merge: false, version: "1.2", logLevel: "silent" });
    for (const document of composer.compose(new Parser().parse(markAliasKeys(text)))) {
      // Those behind the first mostly follow from it.
      for (const error of document.errors.slice(0, 1)) {
        // The library may point behind the end.
        const start = Math.min(error.pos[0], text.length);
        const end = Math.min(Math.max(error.pos[1], start), text.length);
        problems.push({ span: spanOf(source, start, end), message: firstLine(error.message) });
      }
      const node = document.contents;
      if (node !== null) documents.push(convertDocument(source, document as Document.Parsed, node, problems));
    }
  } catch (error) {
    // The library recurses; ten thousand brackets in a row are no configuration.
    const message = error instanceof RangeError ? tooDeep : firstLine(String(error));
    problems.push({ span: spanOf(source, 0, 0), message });
  }
  return { path: source.path, source, documents, problems };
}

/** Whether far more brackets open than close: the library would take seconds to give up on them. */
function isTooDeep(text: string): boolean {
  if (countOf(text, "[", mostBrackets) + countOf(text, "{", mostBrackets) <= mostBrackets) return false;
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) open++;
    else if ((code === 93 || code === 125) && open > 0) open--;
    if (open > mostBrackets) return true;
  }
  return false;
}

/** How often a character is in a text, up to one more than `most`; most texts need no closer look. */
function countOf(text: string, character: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1))
    count++;
  return count;
}

function convertDocument(
  source: SourceFile,
  document: Document.Parsed,
  node: Node,
  problems: ReadProblem[],
): YamlNode {
  const state: State = {
    source,
    document,
    problems,
    anchors: new Map(),
    done: new Map(),
    sizes: new Map(),
    busy: new Set(),
    budget: mostValues,
  };
  return convert(state, node);
}

function convert(state: State, node: Node): YamlNode {
  if (isAlias(node)) return resolveAlias(state, node);
  if (state.busy.size > deepest) {
    const span = spanOfNode(state, node);
    if (!state.problems.some(({ message }) => message === tooDeep))
      state.problems.push({ span, message: tooDeep });
    return emptyScalar(span);
  }
  const anchor = (node as { anchor?: string }).anchor;
  state.busy.add(node);
  const made = build(state, node);
  state.busy.delete(node);
  if (anchor !== undefined) {
    state.anchors.set(anchor, node);
    state.done.set(node, made);
  }
  return made;
}

function build(state: State, node: Node): YamlNode {
  const span = spanOfNode(state, node);
  const tag = node.tag === undefined ? {} : { tag: node.tag };
  state.budget--;
  if (isMap(node)) {
    const entries: YamlEntry[] = [];
    const merges: YamlNode[] = [];
    const seen = new Set<string>();
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const key = keyNode === null ? "" : keyText(state, keyNode);
      const keySpan = keyNode === null ? span : spanOfNode(state, keyNode);
      const value = pair.value === null ? emptyScalar(keySpan) : convert(state, pair.value as Node);
      if (key === "<<" && (keyNode as Scalar).type === "PLAIN") {
        merges.push(value);
        continue;
      }
      if (seen.has(key)) state.problems.push({ span: keySpan, message: `the key ${key} is there twice` });
      seen.add(key);
      entries.push({ key, keySpan, value });
    }
    return sized(state, { kind: "map", entries: withMerged(entries, merges), span, ...tag });
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(state, item as Node));
    return sized(state, { kind: "list", items, span, ...tag });
  }
  return scalarOf(node as Scalar, span, tag);
}

function resolveAlias(state: State, alias: Alias): YamlNode {
  const span = spanOfNode(state, alias);
  const target = state.anchors.get(alias.source);
  const done = target === undefined ? undefined : state.done.get(target);
  if (target !== undefined && done !== undefined) {
    state.budget -= state.sizes.get(done) ?? 1;
    if (state.budget > 0) return done;
    const already = state.problems.some((problem) => problem.message.startsWith("its aliases"));
    if (!already)
      state.problems.push({ span, message: `its aliases stand for more than ${mostValues} values` });
    return emptyScalar(span);
  }
  state.problems.push({ span, message: `*${alias.source} points to nothing that was written before it` });
  return emptyScalar(span);
}

function sized<T extends YamlNode>(state: State, node: T): T {
  const inner =
    node.kind === "map" ? node.entries.map((entry) => entry.value) : node.kind === "list" ? node.items : [];
  let size = 1;
  for (const one of inner) size += state.sizes.get(one) ?? 1;
  state.sizes.set(node, size);
  return node;
}

function scalarOf(node: Scalar, span: Span, tag: { readonly tag?: string }): YamlScalar {
  const quoted = node.type !== "PLAIN" && node.type !== undefined;
  const value = typeof node.value === "bigint" ? Number(node.value) : node.value;
  const written = quoted ? String(value) : (node.source ?? (value === null ? "" : String(value)));
  const simple =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null;
  return {
    kind: "scalar",
    value: simple ? value : written,
    text: value === null && !quoted ? "" : written,
    raw: written,
    quoted,
    variables: [],
    span,
    ...tag,
  };
}

/** A value that was not written. */
export function emptyScalar(span: Span): YamlScalar {
  return { kind: "scalar", value: null, text: "", raw: "", quoted: false, variables: [], span };
}

function keyText(state: State, node: Node): string {
  const text = scalarText(node);
  if (!text.startsWith(aliasMark)) return text;
  const target = state.anchors.get(text.slice(1));
  const done = target === undefined ? undefined : state.done.get(target);
  if (done?.kind === "scalar") return done.text;
  state.problems.push({
    span: spanOfNode(state, node),
    message: `*${text.slice(1)} points to no text that was written before it`,
  });
  return text.slice(1);
}

function scalarText(node: Node): string {
  if (!isScalar(node)) return String(node);
  const { value, source } = node as Scalar;
  return typeof value === "string" ? value : (source ?? String(value));
}

function spanOfNode(state: State, node: Node): Span {
  const start = node.range?.[0] ?? 0;
  return spanOf(state.source, start, trimmedEnd(state.source.text, start, endOf(node)));
}

/** Ranges of block collections hold the comments behind them; they end where their last value ends. */
function endOf(node: Node): number {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const item = node.items.at(-1);
    const last = (isPair(item) ? (item.value ?? item.key) : item) as Node | null | undefined;
    if (last?.range != null) return endOf(last);
  }
  return node.range?.[1] ?? 0;
}

const blanks = " \n\r\t";

/** Without the blanks at the end. */
function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && blanks.includes(text[at - 1] as string)) at--;
  return at;
}

function firstLine(message: string): string {
  return message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? message;
}

/** The root of a file with one document, when it is a mapping. */
export function rootMap(file: YamlFile): YamlMap | undefined {
  const root = file.documents[0];
  return root?.kind === "map" ? root : undefined;
}
