import { hasDrive, withoutEndSlash } from "../paths.ts";
import type { YamlNode } from "../yaml/model.ts";
import { isDynamic, textAt } from "../yaml/questions.ts";
import type { ServiceVolume } from "./model.ts";
import { type ComposeScope, pathIn } from "./scope.ts";

/** Takes `source:target:options` apart; drive letters of Windows stay whole. */
export function splitVolume(text: string): {
  readonly source: string | undefined;
  readonly target: string;
  readonly options: readonly string[];
} {
  const match = /^(?:((?:[A-Za-z]:[\\/])?[^:]*):)?((?:[A-Za-z]:[\\/])?[^:]*)(?::([^:]*))?$/.exec(text);
  const [, source, target, options] = match ?? [undefined, undefined, text, undefined];
  return {
    source: source === "" ? undefined : source,
    target: target ?? text,
    options: (options ?? "").split(",").filter((option) => option !== ""),
  };
}

/** One entry of `volumes` of a service, in either form. */
export function serviceVolume(scope: ComposeScope, node: YamlNode): ServiceVolume | undefined {
  const volume = volumeOf(node);
  if (volume?.type !== "bind" || volume.dynamic || volume.source === undefined) return volume;
  return { ...volume, path: pathIn(scope, volume.span, volume.source) };
}

function volumeOf(node: YamlNode): ServiceVolume | undefined {
  const dynamic = isDynamic(node);
  if (node.kind === "scalar") {
    if (node.value === null) return undefined;
    const { source, target, options } = splitVolume(node.text);
    const bind =
      source !== undefined && (["/", ".", "~"].some((start) => source.startsWith(start)) || hasDrive(source));
    // A named pipe of Windows.
    const pipe = source?.startsWith("\\\\");
    return {
      type: bind ? "bind" : pipe ? "other" : "volume",
      source,
      path: undefined,
      target: withoutEnd(target),
      readOnly: options.includes("ro"),
      text: node.text,
      dynamic,
      span: node.span,
    };
  }
  if (node.kind !== "map") return undefined;
  const type = textAt(node, "type") ?? "volume";
  const source = textAt(node, "source");
  const target = withoutEnd(textAt(node, "target") ?? "");
  return {
    type: type === "bind" || type === "volume" || type === "tmpfs" ? type : "other",
    source,
    path: undefined,
    target,
    readOnly: textAt(node, "read_only") === "true",
    text: source === undefined ? target : `${source}:${target}`,
    dynamic,
    span: node.span,
  };
}

function withoutEnd(path: string): string {
  return path.length > 1 ? withoutEndSlash(path) : path;
}
