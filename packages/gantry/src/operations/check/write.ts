import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { GantryError, type Problem } from "../../base/errors.ts";
import type { FixedFile } from "../../check/fix.ts";
import { writeAtomic } from "../../engine/files.ts";

/**
 * Writes fixed files: through links, with the rights that they have. Nothing is written when one of them is not, byte
 * for byte, what was read: it has changed since, or is no UTF-8, which would lose bytes.
 */
export async function writeFixed(root: string, files: readonly FixedFile[]): Promise<void> {
  const changed: Problem[] = [];
  const targets: { readonly path: string; readonly text: string; readonly mode: number }[] = [];
  for (const { path, before, after } of files) {
    const real = await realpath(join(root, path));
    if (Buffer.from(before).equals(await readFile(real))) {
      targets.push({ path: real, text: after, mode: (await stat(real)).mode & 0o7777 });
    } else changed.push(notAsRead(path));
  }
  if (changed.length > 0) throw new GantryError(changed);
  for (const { path, text, mode } of targets) await writeAtomic(path, text, mode);
}

function notAsRead(file: string): Problem {
  return {
    code: "GTY2505",
    file,
    what: "it cannot be fixed without touching other bytes",
    why: "The file has changed since it was read, or holds bytes that are no UTF-8.",
    fix: "Run the check again; if that does not help, convert the file to UTF-8.",
  };
}
