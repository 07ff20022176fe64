import { isAbsolute, resolve } from "node:path";
import { GantryError, type Problem } from "../../base/errors.ts";
import { listing } from "../../base/names.ts";
import { Secret } from "../../base/secret.ts";
import type { OperationContext } from "../../operations/context.ts";
import { type SecretList, type SecretStatus, secretProblems } from "../../operations/secrets/list.ts";
import type { Invocation } from "../invocation.ts";
import { type Column, tableLines } from "../output/table.ts";
import { operationContext } from "../project.ts";
import { type Ending, usageCodes } from "../spec.ts";
import { readSecretValue } from "../typed-secret.ts";

type Action = (call: Invocation, context: OperationContext, words: readonly string[]) => Promise<Ending>;

/** What may stand after `secrets`, and what must follow it. */
const actions: Readonly<Record<string, { readonly words: readonly string[]; readonly run: Action }>> = {
  init: { words: [], run: init },
  list: { words: [], run: list },
  set: { words: ["NAME"], run: set },
  get: { words: ["NAME"], run: get },
  remove: { words: ["NAME"], run: remove },
  import: { words: ["FILE"], run: importFile },
  edit: { words: [], run: edit },
  rotate: { words: ["NAME"], run: rotate },
  allow: { words: ["PERSON", "KEY"], run: allow },
  deny: { words: ["PERSON"], run: deny },
  reseal: { words: [], run: reseal },
};

/** `gantry secrets ACTION`: the encrypted secrets of one environment. */
export async function run(call: Invocation): Promise<Ending> {
  const [name = "", ...words] = call.argument("ACTION");
  const action = actions[name];
  if (action === undefined || words.length !== action.words.length)
    throw new GantryError(wrongWords(name, words), { exit: "usage" });
  return action.run(call, await operationContext(call, { typeCheck: false }), words);
}

function wrongWords(name: string, words: readonly string[]): Problem {
  const action = actions[name];
  if (action === undefined)
    return {
      code: usageCodes.wrongValue,
      what: `gantry secrets cannot ${name}`,
      why: `it can ${listing(Object.keys(actions))}`,
    };
  const usage = ["gantry secrets", name, ...action.words].join(" ");
  const valued = name === "set" && words.length > 1;
  return {
    code: words.length < action.words.length ? usageCodes.missingArgument : usageCodes.tooManyArguments,
    what: `it is written ${usage}`,
    ...(valued
      ? {
          why: "a value on the command line stands in the shell's history and in the list of processes",
          fix: `Type it at the prompt, or pipe it. The one that you just wrote can be read by others: choose another.`,
        }
      : {}),
  };
}

async function init(call: Invocation, context: OperationContext): Promise<Ending> {
  const { initSecrets } = await import("../../operations/secrets/store.ts");
  const result = await initSecrets(
    context,
    call.flag("yaml") ? { file: `secrets/${call.environment}.yaml` } : {},
  );
  const { paintResult: paint } = call;
  call.result(
    result,
    [
      `${paint("good", "✓")} key ${result.madeKey ? "made" : "found"}: ${result.key}`,
      `${paint("good", "✓")} ${result.file} ${result.madeFile ? "made: commit it" : "is there"}`,
      `  your public key, for others to allow: ${paint("strong", result.recipient)}`,
      ...(result.madeKey
        ? ["  Keep a copy of the key: without it nobody can read what only you may read."]
        : []),
    ].join("\n"),
  );
  return "ok";
}

async function list(call: Invocation, context: OperationContext): Promise<Ending> {
  const { listSecrets } = await import("../../operations/secrets/list.ts");
  const result = await listSecrets(context);
  call.result(result, listText(call, result));
  return "ok";
}

async function set(
  call: Invocation,
  context: OperationContext,
  [name = ""]: readonly string[],
): Promise<Ending> {
  const { requireKnown, requireStore, setSecrets } = await import("../../operations/secrets/store.ts");
  // Before anybody types a value in vain.
  requireKnown(context, [name]);
  await requireStore(context);
  const value = await readSecretValue(process.stdin, process.stderr, `${name} for ${call.environment}: `);
  if (value === undefined) return "interrupted";
  const result = await setSecrets(context, [new Secret(name, value)]);
  call.result(result, [changedText(call, result), ...passwordNotes(context, result.changed)].join("\n"));
  return "ok";
}

async function get(
  call: Invocation,
  context: OperationContext,
  [name = ""]: readonly string[],
): Promise<Ending> {
  if (!call.flag("reveal") && (process.stdout.isTTY !== true || call.format === "json"))
    throw new GantryError(secretProblems.hidden(name), { exit: "usage" });
  const { getSecret } = await import("../../operations/secrets/list.ts");
  const value = (await getSecret(context, name)).reveal();
  call.result({ name, value }, value);
  return "ok";
}

async function remove(
  call: Invocation,
  context: OperationContext,
  [name = ""]: readonly string[],
): Promise<Ending> {
  const { removeSecret } = await import("../../operations/secrets/store.ts");
  const removed = await removeSecret(context, name);
  call.result(
    { name, removed },
    removed ? `${call.paintResult("good", "✓")} ${name} removed` : `${name} was not there`,
  );
  return "ok";
}

async function importFile(
  call: Invocation,
  context: OperationContext,
  [file = ""]: readonly string[],
): Promise<Ending> {
  const { importSecrets } = await import("../../operations/secrets/import.ts");
  const result = await importSecrets(context, isAbsolute(file) ? file : resolve(call.cwd, file), file);
  const skipped =
    result.skipped.length === 0 ? [] : [`  no secrets of the stack, left: ${result.skipped.join(", ")}`];
  const taken = result.added.length + result.changed.length + result.unchanged.length;
  const advice = taken === 0 ? [] : [`  ${file} still holds them in clear: remove them there.`];
  const notes = passwordNotes(context, result.changed);
  call.result(result, [changedText(call, result), ...skipped, ...advice, ...notes].join("\n"));
  return "ok";
}

async function edit(call: Invocation, context: OperationContext): Promise<Ending> {
  const { editSecrets } = await import("../../operations/secrets/edit.ts");
  const result = await editSecrets(context, call.env["VISUAL"] || call.env["EDITOR"] || "vi");
  const removed = result.removed.length === 0 ? [] : [`  removed: ${result.removed.join(", ")}`];
  const notes = passwordNotes(context, result.changed);
  call.result(result, [changedText(call, result), ...removed, ...notes].join("\n"));
  return "ok";
}

async function rotate(
  call: Invocation,
  context: OperationContext,
  [name = ""]: readonly string[],
): Promise<Ending> {
  const { rotateSecret } = await import("../../operations/secrets/rotate.ts");
  const value = call.flag("stdin")
    ? await readSecretValue(process.stdin, process.stderr, `new ${name} for ${call.environment}: `)
    : undefined;
  if (call.flag("stdin") && value === undefined) return "interrupted";
  const result = await rotateSecret(context, name, {
    redeploy: !call.flag("no-deploy"),
    ...(value === undefined ? {} : { value }),
  });
  const { paintResult: paint } = call;
  call.result(
    result,
    [`${paint("good", "✓")} ${name} has a new value`, ...result.steps.map((step) => `  ${step}`)].join("\n"),
  );
  return "ok";
}

async function allow(
  call: Invocation,
  context: OperationContext,
  [who = "", key = ""]: readonly string[],
): Promise<Ending> {
  const { allowRecipient } = await import("../../operations/secrets/store.ts");
  const count = await allowRecipient(context, who, key);
  call.result(
    { who, count },
    `${call.paintResult("good", "✓")} ${who} can read ${count} values of ${call.environment}: commit the file`,
  );
  return "ok";
}

async function deny(
  call: Invocation,
  context: OperationContext,
  [who = ""]: readonly string[],
): Promise<Ending> {
  const { denyRecipient } = await import("../../operations/secrets/store.ts");
  const count = await denyRecipient(context, who);
  call.result(
    { who, count },
    `${call.paintResult("good", "✓")} ${who} cannot read the file from now on\n  Old versions of it are in Git, and what ${who} read is known: rotate the values.`,
  );
  return "ok";
}

async function reseal(call: Invocation, context: OperationContext): Promise<Ending> {
  const operation = await import("../../operations/secrets/store.ts");
  const count = await operation.reseal(context);
  call.result(
    { count },
    `${call.paintResult("good", "✓")} ${count} values encrypted anew for all in the list`,
  );
  return "ok";
}

function changedText(
  { paintResult: paint }: Invocation,
  result: {
    file: string;
    added: readonly string[];
    changed: readonly string[];
    unchanged: readonly string[];
  },
): string {
  const part = (word: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${word} ${names.join(", ")}`];
  const parts = [
    ...part("added", result.added),
    ...part("changed", result.changed),
    ...part("unchanged", result.unchanged),
  ];
  return `${paint("good", "✓")} ${result.file}: ${parts.length === 0 ? "nothing changed" : parts.join("; ")}`;
}

/** A server that runs already keeps the password that it was first started with. */
function passwordNotes(context: OperationContext, changed: readonly string[]): readonly string[] {
  const { services } = context.project.blueprint(context.environment);
  return Object.values(services).flatMap(({ name, backing }) =>
    backing?.passwordSecret !== undefined && changed.includes(backing.passwordSecret)
      ? [
          `  ${backing.passwordSecret} is ${name}'s own password, and a server that was started before does not know the new one:`,
          `  gantry secrets rotate ${backing.passwordSecret} --stdin --env ${context.environment}  tells it.`,
        ]
      : [],
  );
}

const origins: Readonly<Record<SecretStatus["origin"], string>> = {
  variable: "variable",
  file: "NAME_FILE",
  encrypted: "encrypted",
  kept: "made up",
  missing: "missing",
};

function listText(call: Invocation, result: SecretList): string {
  const { paintResult: paint } = call;
  const origin = (secret: SecretStatus): string =>
    secret.generated ? "made up when needed" : secret.stale ? "encrypted for others" : origins[secret.origin];
  const columns: readonly Column<SecretStatus>[] = [
    { heading: "NAME", text: ({ name }) => name, paint: (_one, text) => paint("strong", text), spare: 0 },
    {
      heading: "VALUE",
      text: origin,
      paint: (one, text) =>
        (one.origin === "missing" && !one.generated) || one.stale ? paint("bad", text) : text,
      spare: 0,
    },
    { heading: "USED BY", text: ({ usedBy }) => usedBy.join(", "), spare: 1 },
    {
      heading: "ALSO IN",
      text: ({ exposedTo }) => (exposedTo.length === 0 ? "" : `environment of ${exposedTo.join(", ")}`),
      spare: 2,
    },
  ];
  const head =
    result.file === undefined
      ? `No encrypted file for ${result.environment}.`
      : `${result.file}, readable by ${Object.keys(result.recipients).join(", ")}`;
  return [
    paint("dim", head),
    ...tableLines(result.secrets, columns, call.writer.resultColumns, (text) => paint("dim", text)),
    ...(result.unused.length === 0
      ? []
      : [`In the file, and unknown to the stack: ${result.unused.join(", ")}`]),
  ].join("\n");
}
