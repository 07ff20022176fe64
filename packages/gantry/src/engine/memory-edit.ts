import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isInMemory, privateFolder } from "./files.ts";
import { runInteractive } from "./process.ts";

/** How an editor was left. */
export type EditOutcome =
  | { readonly kind: "saved"; readonly text: string }
  | { readonly kind: "failed"; readonly exitCode: number }
  | { readonly kind: "nowhere" };

/**
 * Opens a text in the user's editor, in a folder in memory that only we may enter. Whatever the editor leaves there,
 * swap files too, is overwritten and removed, however it ends.
 */
export async function editInMemory(
  text: string,
  name: string,
  editor: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<EditOutcome> {
  const place = await memoryFolder();
  if (place === undefined) return { kind: "nowhere" };
  const folder = await mkdtemp(join(place, "gantry-edit-"));
  try {
    await privateFolder(folder);
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
    // An editor is often set with options: `code --wait`.
    const [program = "vi", ...args] = editor.split(/\s+/).filter((word) => word !== "");
    const exitCode = await runInteractive({ program, args: [...args, file] }, options);
    if (exitCode !== 0) return { kind: "failed", exitCode };
    return { kind: "saved", text: await readFile(file, "utf8") };
  } finally {
    await wipe(folder);
  }
}

async function memoryFolder(): Promise<string | undefined> {
  for (const folder of [process.env["XDG_RUNTIME_DIR"], "/dev/shm", "/run/shm"])
    if (folder !== undefined && folder !== "" && (await isInMemory(folder))) return folder;
  return undefined;
}

async function wipe(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const file = await open(join(entry.parentPath, entry.name), "r+").catch(() => undefined);
    if (file === undefined) continue;
    try {
      await file.write(Buffer.alloc((await file.stat()).size), 0, undefined, 0);
    } finally {
      await file.close();
    }
  }
  await rm(folder, { recursive: true, force: true });
}
