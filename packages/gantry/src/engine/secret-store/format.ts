import { isMap, parseDocument, stringify, type YAMLMap } from "yaml";
import { byPlace, compareText, type Problem } from "../../base/errors.ts";
import { storeProblems } from "./problems.ts";

/** An encrypted file, taken apart: names and recipients in clear, each value encrypted on its own. */
export interface SecretFile {
  readonly environment: string;
  /** Who may read: a name for people, and the public key. */
  readonly recipients: Readonly<Record<string, string>>;
  /** Name to the base64 form of an age file. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** First field of a file, so that a reader knows what it looks at. */
const format = "secrets/1";

/** Names of secrets: what is also a name of a variable. */
export const secretName: RegExp = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Takes a file apart, or says all that is wrong with it. */
export function parseSecretFile(
  text: string,
  file: string,
  environment: string,
): SecretFile | readonly Problem[] {
  const conflict = text.split("\n").findIndex((line) => /^(<{7}|={7}|>{7})( |$)/.test(line));
  if (conflict !== -1)
    return [
      storeProblems.unreadable(file, "A merge was not finished: both sides stand in it.", conflict + 1),
    ];
  // JSON is YAML; this parser names places and refuses a key that stands there twice, which JSON.parse does not.
  const document = parseDocument(text, { prettyErrors: true, strict: true, uniqueKeys: true });
  if (document.errors.length > 0)
    return document.errors.map((error) => {
      const at = error.linePos?.[0];
      // Only the first line of the message: the others show the text around, where somebody may have typed a value.
      const why = `${error.message.split("\n")[0]?.replace(/ at line \d+.*$/, "") ?? "It is damaged"}.`;
      return storeProblems.unreadable(file, why, at?.line, at?.col);
    });
  const root: unknown = document.toJS();
  if (!isRecord(root)) return [storeProblems.unreadable(file, "It is not a map of names.")];
  const problems: Problem[] = [];
  const wrong = (why: string, ...path: string[]): void => {
    problems.push(storeProblems.unreadable(file, why, lineOf(text, document.contents as YAMLMap, path)));
  };
  if (root["gantry"] !== format)
    wrong(
      `Its first field should be "gantry": "${format}"; other versions of Gantry may write others.`,
      "gantry",
    );
  if (root["environment"] !== environment)
    wrong(`It says that it is for another environment than ${environment}.`, "environment");
  for (const key of Object.keys(root))
    if (!["gantry", "environment", "recipients", "secrets"].includes(key))
      wrong(`Nobody knows the field ${key}.`, key);
  const recipients = root["recipients"];
  const secrets = root["secrets"];
  if (!isRecord(recipients) || Object.keys(recipients).length === 0)
    wrong("`recipients` should name at least one who may read it.", "recipients");
  else
    for (const [who, key] of Object.entries(recipients))
      if (typeof key !== "string" || !/^age1[a-z0-9]+$/.test(key.trim()))
        problems.push(storeProblems.badRecipient(who, file, "It should begin with age1."));
  if (!isRecord(secrets)) wrong("`secrets` should be a map of names.", "secrets");
  else
    for (const [name, value] of Object.entries(secrets)) {
      if (!secretName.test(name)) wrong(`${name} is no name of a variable.`, "secrets", name);
      else if (typeof value !== "string" || !isSealed(value))
        wrong(`The value of ${name} is not encrypted, or damaged.`, "secrets", name);
    }
  if (problems.length > 0) return problems.sort(byPlace);
  return {
    environment,
    recipients: recipients as Record<string, string>,
    secrets: secrets as Record<string, string>,
  };
}

/** The file's text: names sorted, so that two people's changes meet in few lines. Comments of a YAML file stay. */
export function writeSecretFile(content: SecretFile, file: string, before?: string): string {
  const sorted = {
    gantry: format,
    environment: content.environment,
    recipients: sort(content.recipients),
    secrets: sort(content.secrets),
  };
  if (!/\.ya?ml$/.test(file)) return `${JSON.stringify(sorted, undefined, 2)}\n`;
  const document = parseDocument(before ?? "");
  if (before === undefined || document.errors.length > 0 || document.contents === null)
    return stringify(sorted, { lineWidth: 0 });
  for (const part of ["recipients", "secrets"] as const) {
    const old = Object.keys((document.toJS() as Record<string, object>)[part] ?? {});
    for (const name of old) if (!(name in sorted[part])) document.deleteIn([part, name]);
    // An empty map is written as {}; what comes into it goes on lines of its own.
    const map = document.get(part);
    if (isMap(map)) map.flow = false;
    for (const [name, value] of Object.entries(sorted[part]))
      if (document.getIn([part, name]) !== value) document.setIn([part, name], value);
  }
  return document.toString({ lineWidth: 0 });
}

/** Whether a text is the base64 form of something that age encrypted. */
export function isSealed(value: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(value) && sealedHeader(value).startsWith("age-encryption.org/v1\n");
}

/** For how many keys a value was encrypted; age writes one stanza for each. */
export function sealedFor(value: string): number {
  return (
    sealedHeader(value)
      .split("\n---")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("-> ") && !/^-> \S*-grease/.test(line)).length ?? 0
  );
}

const sealedHeader = (value: string): string => Buffer.from(value, "base64").toString("latin1");

function lineOf(text: string, map: YAMLMap, path: readonly string[]): number | undefined {
  let node: unknown = map;
  for (const [index, key] of path.entries()) {
    const pair = (node as YAMLMap | undefined)?.items?.find(
      (item) => (item.key as { value?: unknown } | null)?.value === key,
    );
    if (pair === undefined) return undefined;
    if (index === path.length - 1) {
      const start = (pair.key as { range?: readonly number[] }).range?.[0];
      return start === undefined ? undefined : text.slice(0, start).split("\n").length;
    }
    node = pair.value;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sort(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareText(a, b)));
}
