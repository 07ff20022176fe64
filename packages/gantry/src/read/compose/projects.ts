import type { Reader } from "../reader.ts";
import type { ComposeProject } from "./model.ts";

/** The ways in which a project's Compose files are run together. */
export function readComposeProjects(_reader: Reader, _paths: readonly string[]): readonly ComposeProject[] {
  return [];
}
