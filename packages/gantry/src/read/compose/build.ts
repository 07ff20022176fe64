import { hasAny } from "../../base/text.ts";
import { linkBuild } from "../reader.ts";
import type { YamlMap } from "../yaml/model.ts";
import { at, isDynamic, textsOf, trackedAt } from "../yaml/questions.ts";
import { assignments, grantsOf } from "./entries.ts";
import type { ComposeBuild } from "./model.ts";
import { type ComposeScope, pathIn } from "./scope.ts";

/** `build` of a service; `undefined` when it has none. */
export function composeBuild(scope: ComposeScope, service: YamlMap): ComposeBuild | undefined {
  const node = at(service, "build");
  if (node?.kind !== "map") return undefined;
  const written = trackedAt(node, "context");
  const contextText = written?.value ?? ".";
  const span = written?.span ?? node.span;
  const remote =
    hasAny(contextText, [":", "git"]) &&
    /^(https?:|git@|ssh:|git:|github\.com\/)|\.git(#|$)/.test(contextText);
  const path = remote || isDynamic(at(node, "context")) ? undefined : pathIn(scope, span, contextText);
  const dockerfile = trackedAt(node, "dockerfile");
  const inline = trackedAt(node, "dockerfile_inline");
  const target = trackedAt(node, "target");
  const args = assignments(at(node, "args"));
  return {
    span: node.span,
    context: path === undefined ? undefined : { value: path, span },
    contextText,
    dockerfile,
    inline,
    target,
    args,
    secrets: grantsOf(at(node, "secrets")),
    cacheFrom: textsOf(at(node, "cache_from")),
    cacheTo: textsOf(at(node, "cache_to")),
    additionalContexts: assignments(at(node, "additional_contexts")),
    platforms: textsOf(at(node, "platforms")),
    link: linkBuild(scope.reader, {
      context: path,
      dockerfile: dockerfile?.value,
      inline: inline === undefined ? undefined : { path: inline.span.file, text: inline.value },
      target: target?.value,
      args: new Map(args.map(({ name, value, dynamic }) => [name, dynamic ? undefined : value])),
      dynamic: isDynamic(at(node, "dockerfile")) || isDynamic(at(node, "target")),
    }),
  };
}
