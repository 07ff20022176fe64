import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { join } from "node:path";
import { GantryError, type Problem } from "../../base/errors.ts";
import { closest } from "../../base/names.ts";
import { Secret } from "../../base/secret.ts";
import type { SecretBlueprint } from "../../blueprint/model.ts";
import { takeLock } from "../../engine/lock.ts";
import type { SecretFile } from "../../engine/secret-store/format.ts";
import { type Identity, makeIdentity } from "../../engine/secret-store/identity.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";
import {
  defaultStoreFile,
  type LoadedStore,
  loadStore,
  requireIdentity,
  saveStore,
  seal,
  unseal,
} from "../../engine/secret-store/store.ts";
import type { OperationContext } from "../context.ts";
import { stateOf } from "../session.ts";
import { addressProblems } from "./address-values.ts";

/** What `gantry secrets init` did. */
export interface InitResult {
  /** Where the key is. */
  readonly key: string;
  /** Its public side, for others to allow it. */
  readonly recipient: string;
  readonly madeKey: boolean;
  /** The environment's file, relative to the stack's folder. */
  readonly file: string;
  readonly madeFile: boolean;
}

/** Makes a key for whoever has none, and the environment's file where there is none. */
export async function initSecrets(
  context: OperationContext,
  options: { readonly person?: string; readonly file?: string } = {},
): Promise<InitResult> {
  const { identity, made } = await makeIdentity(process.env);
  if ("code" in identity) throw new GantryError(identity);
  const recipient = identity.recipients[0] as string;
  await using _lock = await lockStore(context);
  const there = await openStore(context);
  const file = there?.file ?? options.file ?? defaultStoreFile(context.environment);
  if (there === undefined)
    await saveStore(context.project.root, {
      file,
      content: {
        environment: context.environment,
        recipients: { [options.person ?? userInfo().username]: recipient },
        secrets: {},
      },
    });
  return { key: identity.place, recipient, madeKey: made, file, madeFile: there === undefined };
}

/** What `set` and `import` did. */
export interface SetResult {
  readonly file: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  /** Had this value already; only known where the key opens the file. */
  readonly unchanged: readonly string[];
}

/** Encrypts values into the environment's file. Needs no key: whoever may read is in the list. */
export async function setSecrets(context: OperationContext, values: readonly Secret[]): Promise<SetResult> {
  requireKnown(
    context,
    values.map(({ name }) => name),
  );
  const bad = [
    ...values.flatMap((secret) => valueProblem(secret) ?? []),
    ...addressProblems(context.project.blueprint(context.environment), values),
  ];
  if (bad.length > 0) throw new GantryError(bad);
  await using _lock = await lockStore(context);
  const store = await requireStore(context);
  const before = await readableValues(
    store,
    values.map(({ name }) => name),
  );
  const secrets: Record<string, string> = { ...store.content.secrets };
  const result = { added: [] as string[], changed: [] as string[], unchanged: [] as string[] };
  for (const secret of values) {
    const same = before.get(secret.name)?.reveal() === secret.reveal();
    result[same ? "unchanged" : secrets[secret.name] === undefined ? "added" : "changed"].push(secret.name);
    if (!same) secrets[secret.name] = await seal(store.content, secret, store.file);
  }
  if (result.added.length + result.changed.length > 0)
    await saveStore(context.project.root, { ...store, content: { ...store.content, secrets } });
  return { file: store.file, ...result };
}

/** Takes a value away; false when there was none. */
export async function removeSecret(context: OperationContext, name: string): Promise<boolean> {
  await using _lock = await lockStore(context);
  const store = await requireStore(context);
  const { [name]: gone, ...secrets } = store.content.secrets;
  if (gone === undefined) return false;
  await saveStore(context.project.root, { ...store, content: { ...store.content, secrets } });
  return true;
}

/** Lets somebody read: adds a public key and encrypts everything anew. */
export async function allowRecipient(context: OperationContext, who: string, key: string): Promise<number> {
  return reseal(context, (recipients) => ({ ...recipients, [who]: key }));
}

/**
 * Takes somebody off the list and encrypts everything anew. What they have read they know: the caller says that the
 * values want rotation.
 */
export async function denyRecipient(context: OperationContext, who: string): Promise<number> {
  return reseal(context, (recipients) => {
    const { [who]: gone, ...rest } = recipients;
    if (gone === undefined)
      throw new GantryError(storeProblems.unknownRecipient(who, Object.keys(recipients)));
    if (Object.keys(rest).length === 0) throw new GantryError(storeProblems.lastRecipient(who));
    return rest;
  });
}

/** Encrypts everything anew for the people in the list; how many values there are. */
export async function reseal(
  context: OperationContext,
  change: (recipients: SecretFile["recipients"]) => SecretFile["recipients"] = (same) => same,
): Promise<number> {
  await using _lock = await lockStore(context);
  const store = await requireStore(context);
  const recipients = change(store.content.recipients);
  const values = await openValues(store, Object.keys(store.content.secrets));
  const content = { ...store.content, recipients };
  const secrets: Record<string, string> = {};
  for (const value of values) secrets[value.name] = await seal(content, value, store.file);
  // A key that is none must not get into the list of an empty file either.
  if (values.length === 0) await seal(content, new Secret("CHECK", "nothing"), store.file);
  await saveStore(context.project.root, { ...store, content: { ...content, secrets } });
  return values.length;
}

/** One run at a time changes the file: two would lose each other's work. */
export function lockStore(context: OperationContext): ReturnType<typeof takeLock> {
  const subject = `the secrets of ${context.environment}`;
  return takeLock(join(stateOf(context), `secrets-${context.environment}.lock`), subject, "gantry secrets", {
    signal: context.signal,
  });
}

/** The environment's file; `undefined` when there is none, an error when it is no good. */
export async function openStore(context: OperationContext): Promise<LoadedStore | undefined> {
  const loaded = await loadStore(context.project.root, context.environment);
  if (loaded === undefined || "content" in loaded) return loaded;
  throw new GantryError(loaded);
}

/** The same, and an error when there is none. */
export async function requireStore(context: OperationContext): Promise<LoadedStore> {
  const store = await openStore(context);
  if (store !== undefined) return store;
  throw new GantryError(storeProblems.noStore(defaultStoreFile(context.environment), context.environment));
}

/** The values of these names; all that cannot be opened are reported at once. */
export async function openValues(store: LoadedStore, names: readonly string[]): Promise<readonly Secret[]> {
  const identity = await requireIdentity(store.file, process.env);
  if ("code" in identity) throw new GantryError(identity);
  const values: Secret[] = [];
  const problems = new Map<string, Problem>();
  for (const name of names) {
    const value = await unseal(store, name, identity);
    if (value instanceof Secret) values.push(value);
    else if (value !== undefined) problems.set(value.what, value);
  }
  if (problems.size > 0) throw new GantryError([...problems.values()]);
  return values;
}

/** What can be read of these names; without a key nothing, which is no error. */
async function readableValues(
  store: LoadedStore,
  names: readonly string[],
): Promise<ReadonlyMap<string, Secret>> {
  const identity: Identity | Problem = await requireIdentity(store.file, process.env);
  const values = new Map<string, Secret>();
  if ("code" in identity) return values;
  for (const name of names) {
    const value = await unseal(store, name, identity);
    if (value instanceof Secret) values.set(name, value);
  }
  return values;
}

/** Rejects names that the stack does not have, all at once. */
export function requireKnown(context: OperationContext, names: readonly string[]): void {
  const known = Object.keys(context.project.blueprint(context.environment).secrets).sort();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new GantryError(
    unknown.map((name) => storeProblems.unknownName(name, context.environment, closest(name, known), known)),
    { exit: "usage" },
  );
}

/** A new value, as long as the stack wants it. */
export function makeValue({ name, bytes }: Pick<SecretBlueprint, "name" | "bytes">): Secret {
  return new Secret(name, randomBytes(bytes).toString("base64url"));
}

function valueProblem(secret: Secret): Problem | undefined {
  const value = secret.reveal();
  if (value === "") return storeProblems.emptyValue(secret.name);
  if (value.includes("\0"))
    return storeProblems.badValue(
      secret.name,
      "It holds a zero byte, which no environment and few programs take.",
    );
  return undefined;
}
