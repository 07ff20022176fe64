import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { describeUnknown, GantryError, type Problem } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { problems } from "./catalogue.ts";
import { createOnce, privateFolder, readText, stateFolder } from "./files.ts";
import { withholdVariable } from "./process.ts";
import { storeReader } from "./secret-store/store.ts";

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
 * Finds the value of every secret: the variable of its name, the file that `NAME_FILE` names, the encrypted file of the
 * environment, the file that Gantry keeps. All that are missing are reported at once.
 */
export async function findSecrets(
  requests: readonly SecretRequest[],
  sources: SecretSources,
): Promise<readonly Secret[]> {
  const found: Secret[] = [];
  const missing: Problem[] = [];
  const fromStore = storeReader(sources.root, sources.environment, sources.variables);
  for (const request of requests) {
    const result = await findSecret(request, sources, fromStore);
    if (result instanceof Secret) found.push(result);
    else if (result !== undefined) missing.push(...result);
  }
  if (missing.length > 0 && sources.create) throw new GantryError(distinct(missing));
  return found;
}

/** A file that cannot be read, or a key that is missing, is said once and not for every name. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

async function findSecret(
  request: SecretRequest,
  sources: SecretSources,
  fromStore: ReturnType<typeof storeReader>,
): Promise<Secret | readonly Problem[] | undefined> {
  const { name } = request;
  const direct = sources.variables[name];
  if (direct !== undefined && direct !== "") {
    withholdVariable(name);
    return new Secret(name, direct);
  }
  const named = sources.variables[`${name}_FILE`];
  if (named !== undefined && named !== "") return readSecret(name, named, true);
  const encrypted = await fromStore(name);
  if (encrypted !== undefined) return encrypted;
  const own = keptFile(sources.root, sources.environment, name);
  const kept = await readSecret(name, own, false);
  if (kept !== undefined) return kept;
  if (!request.generate)
    return [
      problems.secretMissing(
        name,
        request.usedBy,
        sources.environment,
        join(stateFolder, "secrets", sources.environment, name),
      ),
    ];
  if (!sources.create) return undefined;
  await privateFolder(dirname(own));
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
): Promise<Secret | readonly Problem[] | undefined> {
  try {
    const text = await readText(file);
    if (text !== undefined) return new Secret(name, text.replace(/\r?\n$/, ""));
    return required ? [problems.secretUnreadable(name, file, "It does not exist.")] : undefined;
  } catch (error) {
    return [problems.secretUnreadable(name, file, describeUnknown(error))];
  }
}

/** The file that Gantry keeps a value in that it made up. */
export function keptFile(root: string, environment: string, name: string): string {
  return join(root, stateFolder, "secrets", environment, name);
}

/** Where a value comes from, in the order that counts. */
export type SecretOrigin = "variable" | "file" | "encrypted" | "kept" | "missing";

/** Where the value of a name would come from; opens nothing. */
export async function originOf(
  name: string,
  sources: Pick<SecretSources, "root" | "environment" | "variables">,
  encrypted: ReadonlySet<string>,
): Promise<SecretOrigin> {
  if (sources.variables[name]) return "variable";
  if (sources.variables[`${name}_FILE`]) return "file";
  if (encrypted.has(name)) return "encrypted";
  return (await readText(keptFile(sources.root, sources.environment, name))) === undefined
    ? "missing"
    : "kept";
}
