import { join } from "node:path";
import { readText } from "../engine/files.ts";
import { parseEnvFile } from "../read/env/parse.ts";
import type { Session } from "./session.ts";

/** Where images go, and under which tag; absent: as the stack says. */
export interface Destination {
  /** Prefix such as `ghcr.io/acme`. */
  readonly registry: string | undefined;
  readonly tag: string | undefined;
}

/**
 * Registry and tag: as asked for, or as Compose will read them, from the process's environment before the file `.env`
 * beside the Compose file. Bake reads no such file, and would build what Compose then does not run.
 */
export async function destinationOf(
  { blueprint, context }: Session,
  asked: { readonly registry?: string; readonly tag?: string } = {},
): Promise<Destination> {
  const path = `${blueprint.output}/.env`;
  const text = await readText(join(context.project.root, path));
  const entries = text === undefined ? [] : parseEnvFile(path, text, (name) => process.env[name]).entries;
  const value = (name: string): string | undefined =>
    (process.env[name] ?? entries.findLast((entry) => entry.name === name)?.value) || undefined;
  return { registry: asked.registry ?? value("REGISTRY"), tag: asked.tag ?? value("TAG") };
}
