import { readFile } from "node:fs/promises";
import { describeUnknown, GantryError, type Problem } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";
import type { OperationContext } from "../context.ts";
import { type SetResult, setSecrets } from "./store.ts";

/** What `gantry secrets import` did. */
export interface ImportResult extends SetResult {
  /** Names in the file that are no secrets of the stack; left where they are. */
  readonly skipped: readonly string[];
}

/** Takes the stack's secrets out of an env file. Other variables are no secrets: they are named, and left. */
export async function importSecrets(
  context: OperationContext,
  file: string,
  shown: string = file,
): Promise<ImportResult> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new GantryError(storeProblems.editFailed(describeUnknown(error)));
  });
  const { values, problems } = parseEnv(text, shown);
  if (problems.length > 0) throw new GantryError(problems);
  const known = context.project.blueprint(context.environment).secrets;
  const taken = values.filter(({ name }) => known[name] !== undefined);
  const skipped = values.filter(({ name }) => known[name] === undefined).map(({ name }) => name);
  return { ...(await setSecrets(context, taken)), skipped };
}

/** Reads `NAME=value`, quoted or not, over several lines where quotes say so. Nothing is filled in: a `$` is a `$`. */
export function parseEnv(
  text: string,
  file: string,
): { readonly values: readonly Secret[]; readonly problems: readonly Problem[] } {
  const values = new Map<string, Secret>();
  const problems: Problem[] = [];
  const pattern =
    /(?<name>^[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:"(?<double>(?:[^"\\]|\\[\s\S])*)"|'(?<single>[^']*)'|(?<plain>[^"'\n][^\n]*?)?)(?:[ \t]+#[^\n]*)?[ \t]*$/my;
  const lines = text.replaceAll("\r\n", "\n");
  let at = 0;
  while (at < lines.length) {
    const end = lines.indexOf("\n", at) === -1 ? lines.length : lines.indexOf("\n", at);
    const line = lines.slice(at, end).trim();
    if (line === "" || line.startsWith("#")) {
      at = end + 1;
      continue;
    }
    pattern.lastIndex = at;
    const groups = pattern.exec(lines)?.groups;
    if (groups === undefined) {
      const number = lines.slice(0, at).split("\n").length;
      problems.push(
        storeProblems.badImport(file, number, "A quote is open, or the name or the = is missing."),
      );
      at = end + 1;
      continue;
    }
    const name = (groups["name"] as string).replace(/^\s*(export\s+)?/, "");
    const value =
      groups["double"] === undefined
        ? (groups["single"] ?? groups["plain"] ?? "")
        : unescapeText(groups["double"]);
    if (value !== "") values.set(name, new Secret(name, value));
    at = pattern.lastIndex + 1;
  }
  return { values: [...values.values()], problems };
}

function unescapeText(text: string): string {
  const known: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.replace(/\\([\s\S])/g, (_all, letter: string) => known[letter] ?? letter);
}
