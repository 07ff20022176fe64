import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { describeUnknown, type Problem } from "../../base/errors.ts";
import { createOnce, privateFolder, readText } from "../files.ts";
import { storeProblems } from "./problems.ts";

/** Variable that holds a key; no program that Gantry starts gets it. */
export const keyVariable = "GANTRY_AGE_KEY";

/** The keys of whoever runs Gantry, and what they are called in public. */
export interface Identity {
  /** `AGE-SECRET-KEY-1…`; never printed. */
  readonly keys: readonly string[];
  /** `age1…` of each. */
  readonly recipients: readonly string[];
  /** Where it was found, for messages. */
  readonly place: string;
}

/** Where a key may be, in the order of looking. */
export function keyPlaces(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return [keyVariable, `${keyVariable}_FILE`, keyFile(variables)];
}

/** The file that `gantry secrets init` makes: `~/.config/gantry/age.key`. */
export function keyFile(variables: Readonly<Record<string, string | undefined>>): string {
  return join(
    variables["XDG_CONFIG_HOME"] || join(variables["HOME"] || homedir(), ".config"),
    "gantry",
    "age.key",
  );
}

/** The first key that is set; `undefined` when there is none, a problem when what is there is none. */
export async function findIdentity(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Identity | Problem | undefined> {
  const direct = variables[keyVariable];
  if (direct !== undefined && direct !== "") return parseIdentity(direct, keyVariable);
  const named = variables[`${keyVariable}_FILE`];
  const found = await identityIn(named || keyFile(variables));
  return found === undefined && named ? storeProblems.namedKeyMissing(named, `${keyVariable}_FILE`) : found;
}

async function identityIn(file: string): Promise<Identity | Problem | undefined> {
  try {
    const text = await readText(file);
    return text === undefined ? undefined : await parseIdentity(text, file);
  } catch (error) {
    return storeProblems.badKey(file, describeUnknown(error));
  }
}

/** Makes a key for its owner's eyes where it is looked for; the one that is there when there is one. */
export async function makeIdentity(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly identity: Identity | Problem; readonly made: boolean }> {
  const named = variables[`${keyVariable}_FILE`];
  const file = named || keyFile(variables);
  const found = variables[keyVariable] ? await findIdentity(variables) : await identityIn(file);
  if (found !== undefined) return { identity: found, made: false };
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const key = await generateX25519Identity();
  // Somebody's own folder keeps its permissions; the file has its own.
  if (named) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  else await privateFolder(dirname(file));
  const text = `# Made by Gantry. Who has this file can read your secrets: keep it off repositories, and keep a copy.\n# public key: ${await identityToRecipient(key)}\n${key}\n`;
  const made = await createOnce(file, text, 0o600);
  return { identity: await parseIdentity((await readText(file)) ?? text, file), made };
}

async function parseIdentity(text: string, place: string): Promise<Identity | Problem> {
  const keys = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0) return storeProblems.badKey(place, "It is empty.");
  if (keys.some((key) => key.startsWith("age1")))
    return storeProblems.badKey(place, "It holds a public key, which locks and does not open.");
  const { identityToRecipient } = await import("age-encryption");
  try {
    return { keys, place, recipients: await Promise.all(keys.map((key) => identityToRecipient(key))) };
  } catch {
    // The library's message may hold a part of the key.
    return storeProblems.badKey(place, "A line in it is damaged, or is something else.");
  }
}
