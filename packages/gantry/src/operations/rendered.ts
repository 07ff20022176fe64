import { join } from "node:path";
import { GantryError } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { problems } from "../engine/catalogue.ts";
import { readText, writeAtomic } from "../engine/files.ts";
import { composeFileName } from "../render/compose/index.ts";
import { headerMark } from "../render/header.ts";
import type { Project } from "./context.ts";

/** Lines at the start of a rendered file in which its header stands. */
const headerLines = 6;

/** Whether a text says at its start that Gantry wrote it. */
export function hasHeader(text: string): boolean {
  return text.split("\n", headerLines).some((line) => line.includes(headerMark));
}

/**
 * Writes the rendered files that differ from those on disk, and returns their paths. A file that someone else wrote is
 * never overwritten: all such are reported at once and nothing is written then.
 */
export async function writeRendered(project: Project): Promise<readonly string[]> {
  const differing: [string, string][] = [];
  const foreign: string[] = [];
  for (const [path, content] of project.files()) {
    const present = await readText(join(project.root, path));
    if (present === content) continue;
    // Formats without comments carry no header; there is nothing to tell ours by.
    if (present !== undefined && hasHeader(content) && !hasHeader(present)) foreign.push(path);
    differing.push([path, content]);
  }
  if (foreign.length > 0) throw new GantryError(foreign.map((path) => problems.notOurs(path)));
  for (const [path, content] of differing) await writeAtomic(join(project.root, path), content);
  return differing.map(([path]) => path);
}

/** Absolute path of the environment's Compose file. */
export function composeFile(project: Project, blueprint: Blueprint): string {
  return rendered(project, `${blueprint.output}/${composeFileName(blueprint.environment)}`);
}

/** Absolute path of the Bake file. */
export function bakeFile(project: Project, blueprint: Blueprint): string {
  return rendered(project, `${blueprint.output}/docker-bake.hcl`);
}

function rendered(project: Project, path: string): string {
  if (!project.files().has(path)) throw new GantryError(problems.fileMissing(path));
  return join(project.root, path);
}
