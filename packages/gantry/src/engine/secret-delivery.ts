import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Secret } from "../base/secret.ts";
import {
  createOnce,
  isInMemory,
  privateFolder,
  readText,
  stateFolder,
  writeAtomic,
  writeIfChanged,
} from "./files.ts";

/** Where containers find the values. */
export interface DeliveredSecrets {
  /** Folder on the host with one file per secret. */
  readonly folder: string;
  /** Secrets whose file had another value before. */
  readonly changed: readonly string[];
}

/**
 * Writes one file per secret for containers to mount. The folder lets only us in; the files are readable by all,
 * because a container's process has a user of its own and mounts only its own files.
 */
export async function deliverSecrets(
  secrets: readonly Secret[],
  project: string,
  root: string,
): Promise<DeliveredSecrets> {
  const folder = await deliveryFolder(project, root);
  await privateFolder(folder);
  const changed: string[] = [];
  for (const secret of secrets) {
    const file = join(folder, secret.name);
    const before = await readText(file);
    await writeIfChanged(file, secret.reveal(), 0o444);
    if (before !== undefined && before !== secret.reveal()) changed.push(secret.name);
  }
  return { folder, changed };
}

/** Folder beside the delivered files that holds what they said before a deploy that has not ended. */
const keptFolder = ".before";

/**
 * The same for a deploy: what a file said before is kept until the deploy ends, because containers of the old generation
 * read their files again whenever they start.
 */
export async function exchangeSecrets(
  secrets: readonly Secret[],
  project: string,
  root: string,
): Promise<void> {
  const folder = await deliveryFolder(project, root);
  const kept = join(folder, keptFolder);
  await privateFolder(folder);
  await privateFolder(kept);
  for (const secret of secrets) {
    const before = await readText(join(folder, secret.name));
    if (before === secret.reveal()) continue;
    // What an earlier, unfinished exchange kept is older, and so what the old generation has.
    if (before !== undefined) await createOnce(join(kept, secret.name), before, 0o444);
    await writeAtomic(join(folder, secret.name), secret.reveal(), 0o444);
  }
}

/** Ends an exchange: the new values stay, or what was kept is in force again. Whether a file was changed by that. */
export async function endExchange(project: string, root: string, outcome: "keep" | "undo"): Promise<boolean> {
  const folder = await deliveryFolder(project, root);
  const kept = join(folder, keptFolder);
  const names = outcome === "keep" ? [] : await readdir(kept).catch(() => []);
  for (const name of names) await rename(join(kept, name), join(folder, name));
  await rm(kept, { recursive: true, force: true });
  return names.length > 0;
}

/** Writes only what is not there: for changes that give no container another value. */
export async function completeSecrets(
  secrets: readonly Secret[],
  project: string,
  root: string,
): Promise<void> {
  const folder = await deliveryFolder(project, root);
  await privateFolder(folder);
  for (const secret of secrets) await createOnce(join(folder, secret.name), secret.reveal(), 0o444);
}

/** Names of secrets whose delivered file says something else. */
export async function outdatedFiles(
  secrets: readonly Secret[],
  project: string,
  root: string,
): Promise<readonly string[]> {
  const folder = await deliveryFolder(project, root);
  const said = await Promise.all(secrets.map(({ name }) => readText(join(folder, name))));
  return secrets
    .filter((secret, i) => said[i] !== undefined && said[i] !== secret.reveal())
    .map(({ name }) => name);
}

/**
 * Writes values that Compose puts into containers' environments into a file of variables beside the others, for us
 * alone, and says which files Compose is to read. The `.env` of the project comes first, as it would by itself.
 */
export async function deliverVariables(
  secrets: readonly Secret[],
  folder: string,
  projectFolder: string,
): Promise<readonly string[]> {
  const file = join(folder, ".compose.env");
  await privateFolder(folder);
  const text = secrets.map((secret) => `${secret.name}=${quoteVariable(secret.reveal())}\n`).join("");
  await writeIfChanged(file, text, 0o600);
  const usual = join(projectFolder, ".env");
  return (await readText(usual)) === undefined ? [file] : [usual, file];
}

/** A value in the form of Compose's env files, in which it means nothing but itself. */
export function quoteVariable(value: string): string {
  const escaped = value
    .replace(/[\\"$]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

/** Takes the delivered files of a project away. */
export async function withdrawSecrets(project: string, root: string): Promise<void> {
  await rm(await deliveryFolder(project, root), { recursive: true, force: true });
}

/** In memory where there is a place for it; beside the stack otherwise. */
export async function deliveryFolder(project: string, root: string): Promise<string> {
  if (process.getuid?.() === 0 && (await isInMemory("/run"))) return join("/run/gantry", project);
  const runtime = process.env["XDG_RUNTIME_DIR"];
  if (runtime !== undefined && runtime !== "" && (await isInMemory(runtime)))
    return join(runtime, "gantry", project);
  return join(root, stateFolder, "run", project);
}
