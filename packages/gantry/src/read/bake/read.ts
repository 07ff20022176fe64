import { hasAny } from "../../base/text.ts";
import { folderOf, resolvePath } from "../paths.ts";
import { linkBuild, type Reader } from "../reader.ts";
import { type Comment, type ReadProblem, type SourceFile, sourceFile, spanOf } from "../source.ts";
import { targetDrafts } from "./drafts.ts";
import { asText } from "./evaluate.ts";
import { jsonBody } from "./json.ts";
import type { BakeFile, BakeTarget } from "./model.ts";
import { parseHcl } from "./parse.ts";
import { attributeOf, scopeOf } from "./scope.ts";
import type { Block, Body } from "./syntax.ts";
import { resolveTargets, type TargetDraft } from "./targets.ts";
import { textsAt } from "./values.ts";

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

/** Characters of a Bake file that is read; about a second's work, were it made to do harm. */
const longest = 200_000;

function parseBake(reader: Reader, path: string): Parsed | undefined {
  const text = reader.text(path);
  if (text === undefined) return undefined;
  if (text.length > longest) {
    reader.passOver(`${path} is longer than ${longest} characters and was passed over`);
    return undefined;
  }
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

function targetOf(reader: Reader, path: string, draft: TargetDraft): BakeTarget {
  const contextText = draft.context?.value ?? ".";
  const remote =
    hasAny(contextText, [":", "git"]) &&
    /^(https?:|git@|ssh:|git:|github\.com\/|target:|docker-image:)|\.git(#|$)/.test(contextText);
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
      args: new Map(draft.args.map((one) => [one.name, one.dynamic ? undefined : one.value])),
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
