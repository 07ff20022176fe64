import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Folder beside the stack that holds what Gantry keeps between runs; never committed. */
export const stateFolder = ".gantry";

/** Text of a file; `undefined` when it is not there. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Writes a file so that readers, and a machine that loses power, see the old content or the new one and nothing
 * between: a temporary file beside it, flushed, then renamed.
 */
export async function writeAtomic(path: string, content: string, mode = 0o644): Promise<void> {
  const temporary = await writeTemporary(path, content, mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The same, when content differs; whether it was written. Files that are right keep their time stamps. */
export async function writeIfChanged(path: string, content: string, mode = 0o644): Promise<boolean> {
  if ((await readText(path)) === content) return false;
  await writeAtomic(path, content, mode);
  return true;
}

/** Creates a file with all its content at once; false when there is one already, which is left as it is. */
export async function createOnce(path: string, content: string, mode = 0o644): Promise<boolean> {
  const temporary = await writeTemporary(path, content, mode);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Creates a folder that only we may enter, and makes one that is there already so. */
export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Creates the stack's state folder, which keeps itself out of Git and of images. */
export async function prepareState(root: string): Promise<string> {
  const folder = join(root, stateFolder);
  await mkdir(folder, { recursive: true });
  await createOnce(join(folder, ".gitignore"), "*\n");
  return folder;
}

/** Whether the folder is in memory only: what is written there never reaches a disk (short of swap). */
export async function isInMemory(folder: string): Promise<boolean> {
  // Numbers from statfs(2): TMPFS_MAGIC and RAMFS_MAGIC.
  const types = [0x01021994, 0x858458f6];
  try {
    return types.includes((await statfs(folder)).type);
  } catch {
    return false;
  }
}

async function writeTemporary(path: string, content: string, mode: number): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", mode);
  try {
    await file.writeFile(content);
    // The process's umask takes rights away that `mode` asks for.
    await file.chmod(mode);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}
