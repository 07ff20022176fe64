import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readText } from "../engine/files.ts";
import type { Project } from "./context.ts";
import { hasHeader, writeRendered } from "./rendered.ts";

/** What `render` found or did; paths are relative to the stack's folder, sorted. */
export interface RenderResult {
  /** Written now; with `check`, those that would be. */
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  /** Files of an earlier render that no part of the stack needs any more; left alone. */
  readonly stale: readonly string[];
  /** Each differing file, on disk and as rendered; `undefined` on disk when it is missing. */
  readonly differences: readonly {
    readonly path: string;
    readonly disk: string | undefined;
    readonly rendered: string;
  }[];
}

/** Writes the stack's files where they differ; with `check`, only compares. */
export async function renderFiles(
  project: Project,
  options: { readonly check?: boolean } = {},
): Promise<RenderResult> {
  const files = project.files();
  const differences: { path: string; disk: string | undefined; rendered: string }[] = [];
  const unchanged: string[] = [];
  for (const [path, rendered] of files) {
    const disk = await readText(join(project.root, path));
    if (disk === rendered) unchanged.push(path);
    else differences.push({ path, disk, rendered });
  }
  if (options.check !== true) await writeRendered(project);
  return {
    written: differences.map((entry) => entry.path),
    unchanged,
    stale: await staleFiles(project, files),
    differences,
  };
}

async function staleFiles(project: Project, files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const output = project.blueprint("dev").output;
  let names: string[];
  try {
    names = readdirSync(join(project.root, output), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(project.root.length + 1));
  } catch {
    return [];
  }
  const stale: string[] = [];
  for (const path of names.sort()) {
    if (files.has(path)) continue;
    const text = await readText(join(project.root, path));
    if (text !== undefined && hasHeader(text)) stale.push(path);
  }
  return stale;
}
