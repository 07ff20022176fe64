import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeUnknown, GantryError, type Problem } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { problems } from "./catalogue.ts";
import { createOnce, isInMemory, privateFolder, readText, stateFolder, writeIfChanged } from "./files.ts";

/** A secret that an environment needs. */
export interface SecretRequest {
  readonly name: string;
  /** May be made up when nobody set it. */
  readonly generate: boolean;
  /** Bytes of randomness in one that is made up. */
  readonly bytes: number;
  readonly usedBy: readonly string[];
}

/** Where values are looked for. */
export interface SecretSources {
  /** Folder of the stack. */
  readonly root: string;
  /** `dev`, `test` or `production`. */
  readonly environment: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Make up what is missing and may be; when false such a secret is left out, for commands that only read. */
  readonly create: boolean;
}

/**
 * Finds the value of every secret: the variable of its name, the file that `NAME_FILE` names, the file that Gantry
 * keeps. All that are missing are reported at once.
 */
export async function findSecrets(
  requests: readonly SecretRequest[],
  sources: SecretSources,
): Promise<readonly Secret[]> {
  const found: Secret[] = [];
  const missing: Problem[] = [];
  for (const request of requests) {
    const result = await findSecret(request, sources);
    if (result instanceof Secret) found.push(result);
    else if (result !== undefined) missing.push(result);
  }
  if (missing.length > 0 && sources.create) throw new GantryError(missing);
  return found;
}

async function findSecret(
  request: SecretRequest,
  sources: SecretSources,
): Promise<Secret | Problem | undefined> {
  const { name } = request;
  const direct = sources.variables[name];
  if (direct !== undefined && direct !== "") return new Secret(name, direct);
  const named = sources.variables[`${name}_FILE`];
  if (named !== undefined && named !== "") return readSecret(name, named, true);
  const folder = join(sources.root, stateFolder, "secrets", sources.environment);
  const own = join(folder, name);
  const kept = await readSecret(name, own, false);
  if (kept !== undefined) return kept;
  if (!request.generate)
    return problems.secretMissing(
      name,
      request.usedBy,
      sources.environment,
      join(stateFolder, "secrets", sources.environment, name),
    );
  if (!sources.create) return undefined;
  await privateFolder(folder);
  // The folder keeps others out. The file itself may be read, because plain `docker compose` mounts it as it is, and
  // the process in the container has another user.
  await createOnce(own, randomBytes(request.bytes).toString("base64url"), 0o444);
  // Another run may have been quicker; the file on disk is what counts.
  return readSecret(name, own, true);
}

async function readSecret(
  name: string,
  file: string,
  required: boolean,
): Promise<Secret | Problem | undefined> {
  try {
    const text = await readText(file);
    if (text !== undefined) return new Secret(name, text.replace(/\r?\n$/, ""));
    return required ? problems.secretUnreadable(name, file, "It does not exist.") : undefined;
  } catch (error) {
    return problems.secretUnreadable(name, file, describeUnknown(error));
  }
}

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
