import { join } from "node:path";
import { GantryError, type Problem } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { readText, writeAtomic } from "../files.ts";
import { parseSecretFile, type SecretFile, writeSecretFile } from "./format.ts";
import { findIdentity, type Identity, keyPlaces } from "./identity.ts";
import { storeProblems } from "./problems.ts";

/** The encrypted file of an environment, as it is on disk. */
export interface LoadedStore {
  /** Relative to the stack's folder. */
  readonly file: string;
  readonly content: SecretFile;
  readonly text: string;
}

const endings = ["json", "yaml", "yml"] as const;

/** Where a new one is made: `secrets/production.json`. */
export function defaultStoreFile(environment: string): string {
  return `secrets/${environment}.json`;
}

/** The encrypted file of an environment; `undefined` when there is none, all problems when it is no good. */
export async function loadStore(
  root: string,
  environment: string,
): Promise<LoadedStore | readonly Problem[] | undefined> {
  const found: { file: string; text: string }[] = [];
  for (const ending of endings) {
    const file = `secrets/${environment}.${ending}`;
    const text = await readText(join(root, file));
    if (text !== undefined) found.push({ file, text });
  }
  const [only] = found;
  if (only === undefined) return undefined;
  if (found.length > 1) return [storeProblems.twoStores(found.map(({ file }) => file))];
  const content = parseSecretFile(only.text, only.file, environment);
  return "environment" in content ? { ...only, content } : content;
}

/** Writes it whole, or not at all. */
export async function saveStore(
  root: string,
  store: { readonly file: string; readonly content: SecretFile; readonly text?: string },
): Promise<void> {
  await writeAtomic(join(root, store.file), writeSecretFile(store.content, store.file, store.text));
}

/**
 * Encrypts a value for all who may read. The name goes in with it, so that a value that somebody moves to another
 * name or environment is found out.
 */
export async function seal(
  content: Pick<SecretFile, "environment" | "recipients">,
  secret: Secret,
  file: string,
): Promise<string> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  const problems: Problem[] = [];
  for (const [who, key] of Object.entries(content.recipients)) {
    try {
      encrypter.addRecipient(key.trim());
    } catch {
      problems.push(
        storeProblems.badRecipient(who, file, "Its checksum is wrong: a character was lost or changed."),
      );
    }
  }
  if (problems.length > 0) throw new GantryError(problems);
  const plain = `${boundTo(content.environment, secret.name)}\n${secret.reveal()}`;
  return Buffer.from(await encrypter.encrypt(plain)).toString("base64");
}

/** Decrypts one value; a problem when that cannot be done. */
export async function unseal(
  store: LoadedStore,
  name: string,
  identity: Identity,
): Promise<Secret | Problem | undefined> {
  const { file, content } = store;
  const sealed = content.secrets[name];
  if (sealed === undefined) return undefined;
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const key of identity.keys) decrypter.addIdentity(key);
  let plain: string;
  try {
    plain = Buffer.from(await decrypter.decrypt(Buffer.from(sealed, "base64"))).toString("utf8");
  } catch (error) {
    if (!(error instanceof Error && /no identity matched/.test(error.message)))
      return storeProblems.damaged(name, file, content.environment);
    const people = Object.entries(content.recipients);
    return people.some(([, key]) => identity.recipients.includes(key.trim()))
      ? storeProblems.notSealedForYou(name, file, content.environment)
      : storeProblems.notForYou(
          file,
          identity.recipients,
          people.map(([who]) => who),
          identity.place,
        );
  }
  const end = plain.indexOf("\n");
  const bound = plain.slice(0, end);
  if (bound !== boundTo(content.environment, name))
    return storeProblems.misplaced(
      name,
      file,
      /^[\w/]{1,200}$/.test(bound) ? bound.replace("/", "'s ") : "another",
    );
  return new Secret(name, plain.slice(end + 1));
}

const boundTo = (environment: string, name: string): string => `${environment}/${name}`;

/** The key, or why there is none. */
export async function requireIdentity(
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Identity | Problem> {
  return (await findIdentity(variables)) ?? storeProblems.noKey(file, keyPlaces(variables));
}

/** A reader of one environment's file that opens file and key once, and only when a value of it is asked for. */
export function storeReader(
  root: string,
  environment: string,
  variables: Readonly<Record<string, string | undefined>>,
): (name: string) => Promise<Secret | readonly Problem[] | undefined> {
  let store: ReturnType<typeof loadStore> | undefined;
  let identity: ReturnType<typeof requireIdentity> | undefined;
  return async (name) => {
    store ??= loadStore(root, environment);
    const loaded = await store;
    if (loaded === undefined || !("content" in loaded)) return loaded;
    if (loaded.content.secrets[name] === undefined) return undefined;
    identity ??= requireIdentity(loaded.file, variables);
    const own = await identity;
    if ("code" in own) return [own];
    const result = await unseal(loaded, name, own);
    return result === undefined || result instanceof Secret ? result : [result];
  };
}
