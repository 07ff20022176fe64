import assert from "node:assert/strict";
import { test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { GantryError, type Problem } from "../../../src/base/errors.ts";
import { Secret } from "../../../src/base/secret.ts";
import {
  parseSecretFile,
  type SecretFile,
  sealedFor,
  writeSecretFile,
} from "../../../src/engine/secret-store/format.ts";
import type { Identity } from "../../../src/engine/secret-store/identity.ts";
import { type LoadedStore, seal, unseal } from "../../../src/engine/secret-store/store.ts";

async function person(): Promise<Identity> {
  const key = await generateX25519Identity();
  return { keys: [key], recipients: [await identityToRecipient(key)], place: "a test" };
}

const lena = await person();
const max = await person();
const list = { lena: lena.recipients[0] as string, max: max.recipients[0] as string };

async function store(recipients: Readonly<Record<string, string>> = list): Promise<LoadedStore> {
  const base: SecretFile = { environment: "production", recipients, secrets: {} };
  const secrets = { KEY: await seal(base, new Secret("KEY", "päss\nword $x"), "f") };
  return { file: "secrets/production.json", text: "", content: { ...base, secrets } };
}

function codes(result: SecretFile | readonly Problem[]): readonly (readonly [string, number | undefined])[] {
  assert.ok(Array.isArray(result), "it should have been refused");
  return (result as readonly Problem[]).map(({ code, line }) => [code, line] as const);
}

test("everybody in the list reads the value, as it was", async () => {
  const written = await store();
  for (const who of [lena, max]) {
    const value = await unseal(written, "KEY", who);
    assert.ok(value instanceof Secret);
    assert.equal(value.reveal(), "päss\nword $x");
  }
  assert.equal(sealedFor(written.content.secrets["KEY"] as string), 2);
});

test("json and yaml come back as they were written, with names in order", async () => {
  const { content } = await store();
  const two = { ...content, secrets: { ...content.secrets, A: content.secrets["KEY"] as string } };
  for (const file of ["secrets/production.json", "secrets/production.yaml"]) {
    const text = writeSecretFile(two, file);
    assert.deepEqual(parseSecretFile(text, file, "production"), two);
    assert.ok(text.indexOf("A") < text.indexOf("KEY"));
    assert.ok(!text.includes("word"));
  }
});

test("comments of a yaml file stay when a value changes or goes", async () => {
  const { content } = await store();
  const file = "secrets/production.yaml";
  const text = writeSecretFile(content, file).replace("  KEY:", "  # from the bank\n  KEY:");
  const KEY = await seal(content, new Secret("KEY", "new"), file);
  const after = writeSecretFile({ ...content, secrets: { KEY } }, file, text);
  assert.match(after, /# from the bank\n {2}KEY:/);
  assert.deepEqual((parseSecretFile(after, file, "production") as SecretFile).secrets, { KEY });
});

test("a value that comes into an empty yaml file stands on a line of its own", async () => {
  const { content } = await store();
  const file = "secrets/production.yaml";
  const empty = writeSecretFile({ ...content, secrets: {} }, file);
  assert.match(writeSecretFile(content, file, empty), /^secrets:\n {2}KEY: YWdl/m);
});

test("who is not in the list is told who is", async () => {
  const stranger = await person();
  const problem = (await unseal(await store(), "KEY", stranger)) as Problem;
  assert.equal(problem.code, "GTY5404");
  assert.match(problem.why ?? "", /lena and max/);
  assert.ok(problem.fix?.includes(stranger.recipients[0] as string));
});

test("who was added by hand is told to have the values encrypted anew", async () => {
  const written = await store({ lena: list.lena });
  const byHand = { ...written, content: { ...written.content, recipients: list } };
  assert.equal(((await unseal(byHand, "KEY", max)) as Problem).code, "GTY5405");
});

test("a changed byte, a value under another name, and one of another environment are found out", async () => {
  const written = await store();
  const sealed = written.content.secrets["KEY"] as string;
  const bytes = Buffer.from(sealed, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const changed = (secrets: Record<string, string>, environment = "production"): LoadedStore => ({
    ...written,
    content: { ...written.content, environment, secrets },
  });
  const code = async (from: LoadedStore, name: string): Promise<string> =>
    ((await unseal(from, name, lena)) as Problem).code;
  assert.equal(await code(changed({ KEY: bytes.toString("base64") }), "KEY"), "GTY5406");
  assert.equal(await code(changed({ OTHER: sealed }), "OTHER"), "GTY5407");
  assert.equal(await code(changed({ KEY: sealed }, "dev"), "KEY"), "GTY5407");
});

test("a recipient with a typing error is refused before anything is written", async () => {
  const broken = `${list.lena.slice(0, -1)}${list.lena.endsWith("q") ? "p" : "q"}`;
  await assert.rejects(
    seal({ environment: "dev", recipients: { lena: broken } }, new Secret("KEY", "x"), "f"),
    (error) => error instanceof GantryError && error.problems[0]?.code === "GTY5412",
  );
});

test("nonsense is refused with its line, all of it at once", async () => {
  const good = writeSecretFile((await store()).content, "secrets/production.json");
  const at = (text: string): ReturnType<typeof codes> =>
    codes(parseSecretFile(text, "secrets/production.json", "production"));
  assert.deepEqual(at("hello"), [["GTY5401", undefined]]);
  assert.deepEqual(at(good.replace('"KEY": "YWdl', '"KEY": "clear')), [["GTY5401", 9]]);
  assert.deepEqual(at(good.replace(/"KEY": ".*"/, '"KEY": 5, "bad-name": "x"')), [
    ["GTY5401", 9],
    ["GTY5401", 9],
  ]);
  assert.deepEqual(at(`<<<<<<< HEAD\n${good}`), [["GTY5401", 1]]);
  assert.deepEqual(at(good.replace('"gantry": "secrets/1"', '"gantry": "secrets/9"')), [["GTY5401", 2]]);
  assert.deepEqual(at(good.replace('"production"', '"dev"')), [["GTY5401", 3]]);
  assert.deepEqual(at(good.replace(list.lena, "AGE-SECRET-KEY-1")), [["GTY5412", undefined]]);
  assert.equal(at(good.replace(/^ {4}"KEY".*$/m, '    "KEY": "a",\n    "KEY": "b"'))[0]?.[0], "GTY5401");
});

test("a problem never repeats what somebody typed into the file", () => {
  const problems = parseSecretFile('{\n  "secrets": { "KEY": "hunter2-hunter2 }\n}', "f.json", "production");
  assert.ok(Array.isArray(problems) && problems.length > 0);
  assert.ok(!JSON.stringify(problems).includes("hunter2"));
});
