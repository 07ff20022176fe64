import { parseDocument, stringify } from "yaml";
import { GantryError } from "../../base/errors.ts";
import { closest } from "../../base/names.ts";
import { Secret } from "../../base/secret.ts";
import { editInMemory } from "../../engine/memory-edit.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";
import { saveStore, seal } from "../../engine/secret-store/store.ts";
import type { OperationContext } from "../context.ts";
import { lockStore, openValues, requireStore, type SetResult } from "./store.ts";

/** What `gantry secrets edit` did. */
export interface EditResult extends SetResult {
  readonly removed: readonly string[];
}

/** All values in the user's editor; what is changed, added or removed there is in the file afterwards. */
export async function editSecrets(context: OperationContext, editor: string): Promise<EditResult> {
  await using _lock = await lockStore(context);
  const store = await requireStore(context);
  const before = new Map(
    (await openValues(store, Object.keys(store.content.secrets))).map((value) => [value.name, value]),
  );
  const known = context.project.blueprint(context.environment).secrets;
  const unset = Object.keys(known).filter((name) => !before.has(name));
  const outcome = await editInMemory(
    editText(context.environment, [...before.values()], unset),
    `${context.environment}.yaml`,
    editor,
    { signal: context.signal },
  );
  if (outcome.kind === "nowhere") throw new GantryError(storeProblems.noMemory());
  if (outcome.kind === "failed")
    throw new GantryError(storeProblems.editFailed(`The editor ended with exit code ${outcome.exitCode}.`));
  const after = readEdited(outcome.text);
  const unknown = [...after.keys()].filter((name) => known[name] === undefined && !before.has(name));
  if (unknown.length > 0)
    throw new GantryError(
      unknown.map((name) =>
        storeProblems.unknownName(
          name,
          context.environment,
          closest(name, Object.keys(known)),
          Object.keys(known),
        ),
      ),
    );
  const result = { added: [] as string[], changed: [] as string[], unchanged: [] as string[] };
  const secrets: Record<string, string> = {};
  for (const [name, value] of after) {
    const old = before.get(name);
    const same = old?.reveal() === value;
    result[old === undefined ? "added" : same ? "unchanged" : "changed"].push(name);
    // What is the same stays as it was encrypted, so that a commit shows what changed.
    secrets[name] = same
      ? (store.content.secrets[name] as string)
      : await seal(store.content, new Secret(name, value), store.file);
  }
  const removed = [...before.keys()].filter((name) => !after.has(name));
  if (result.added.length + result.changed.length + removed.length > 0)
    await saveStore(context.project.root, { ...store, content: { ...store.content, secrets } });
  return { file: store.file, ...result, removed };
}

function editText(environment: string, values: readonly Secret[], unset: readonly string[]): string {
  const head = [
    `# The secrets of ${environment}. Change, add or remove lines, save, and leave the editor.`,
    "# This file is in memory only and is wiped afterwards.",
    ...(unset.length === 0 ? [] : [`# Not in the file yet: ${unset.join(", ")}`]),
  ];
  const body = Object.fromEntries(values.map((value) => [value.name, value.reveal()]));
  return `${head.join("\n")}\n${values.length === 0 ? "" : stringify(body, { lineWidth: 0 })}`;
}

/** Only strings, so that nobody's 0123 turns into 83. */
function readEdited(text: string): ReadonlyMap<string, string> {
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: true });
  const line = document.errors[0]?.linePos?.[0].line;
  if (line !== undefined)
    throw new GantryError(storeProblems.editFailed(`Line ${line} of what you saved is not NAME: value.`));
  const content: unknown = document.toJS() ?? {};
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new GantryError(storeProblems.editFailed("What you saved is no list of NAME: value."));
  const wrong = Object.entries(content).filter(([, value]) => typeof value !== "string" || value === "");
  if (wrong.length > 0)
    throw new GantryError(
      wrong.map(([name]) => storeProblems.badValue(name, "It is empty, or more than one text.")),
    );
  return new Map(Object.entries(content as Record<string, string>));
}
