import type { FileTree } from "../blueprint/files.ts";
import type { Suggestion } from "../blueprint/suggestion.ts";
import { suggestDockerfile } from "./dockerfile/suggest.ts";
import { suggestNode, suggestSite } from "./javascript/suggest.ts";
import { suggestPython } from "./python/suggest.ts";
import { suggestRust } from "./rust/suggest.ts";

/**
 * What each recipe makes of a folder; `undefined` when it knows nothing that runs there. A list beside that of the
 * recipes, because only `gantry init` asks: every other command, and every stack, would load it all for nothing.
 */
export const suggestions: Readonly<Record<string, (files: FileTree) => Suggestion | undefined>> = {
  dockerfile: suggestDockerfile,
  node: suggestNode,
  python: suggestPython,
  rust: suggestRust,
  site: suggestSite,
};
