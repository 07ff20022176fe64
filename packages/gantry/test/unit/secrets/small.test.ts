import assert from "node:assert/strict";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { Secret } from "../../../src/base/secret.ts";
import { type Keyboard, readSecretValue } from "../../../src/cli/typed-secret.ts";
import { childEnvironment } from "../../../src/engine/process.ts";
import { quoteVariable } from "../../../src/engine/secret-delivery.ts";
import { readersOf } from "../../../src/operations/compose-run.ts";
import { exposureWarnings } from "../../../src/operations/exposure.ts";
import { addressProblems } from "../../../src/operations/secrets/address-values.ts";
import { parseEnv } from "../../../src/operations/secrets/import.ts";
import { scramVerifier } from "../../../src/operations/secrets/scram.ts";
import { sampleBlueprint, sampleService } from "../../operations/sample-blueprint.ts";

function parsed(text: string): Record<string, string> {
  const { values, problems } = parseEnv(text, ".env");
  assert.deepEqual(problems, []);
  return Object.fromEntries(values.map((value) => [value.name, value.reveal()]));
}

test("env files are read as they are meant", () => {
  assert.deepEqual(
    parsed(
      [
        "# a comment",
        "",
        "PLAIN=abc # why",
        "HASH=a#b",
        "export EXPORTED = x",
        "EMPTY=",
        `SINGLE='a "b" $C \\n'`,
        'DOUBLE="line\\nnext \\"q\\" $HOME" # why',
        'LONG="first',
        'second"',
        "WINDOWS=yes\r",
        "SIGNS=p@$$w0rd==",
      ].join("\n"),
    ),
    {
      PLAIN: "abc",
      HASH: "a#b",
      EXPORTED: "x",
      SINGLE: 'a "b" $C \\n',
      DOUBLE: 'line\nnext "q" $HOME',
      LONG: "first\nsecond",
      WINDOWS: "yes",
      SIGNS: "p@$$w0rd==",
    },
  );
});

test("lines of an env file that make no sense are named by number, without what stands in them", () => {
  const { problems } = parseEnv('A=1\nhunter2 hunter2\nB="open\nC=3', ".env");
  assert.deepEqual(
    problems.map(({ line }) => line),
    [2, 3],
  );
  assert.ok(!JSON.stringify(problems).includes("hunter2"));
});

test("a program gets neither our key nor the secrets that are withheld from it", () => {
  const own = { PATH: "/bin", GANTRY_AGE_KEY: "k", DB_PASSWORD: "p", OTHER: "o" };
  assert.equal(childEnvironment({}, own)["GANTRY_AGE_KEY"], undefined);
  assert.deepEqual(childEnvironment({ TAG: "1" }, own, new Set(["DB_PASSWORD", "GANTRY_AGE_KEY"])), {
    PATH: "/bin",
    OTHER: "o",
    TAG: "1",
  });
});

test("a value for Compose's env file means only itself", () => {
  assert.equal(quoteVariable('a$B"c\\d\ne'), '"a\\$B\\"c\\\\d\\ne"');
});

test("the verifier lets in who knows the password (RFC 5802), and holds it nowhere", () => {
  const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"));
  const [, iterations, salt, stored, server] =
    /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(verifier) ?? assert.fail(verifier);
  // As a server checks a client: the proof is ClientKey XOR HMAC(StoredKey, ...), and H(ClientKey) must be StoredKey.
  const salted = pbkdf2Sync(
    "pencil",
    Buffer.from(salt as string, "base64"),
    Number(iterations),
    32,
    "sha256",
  );
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  assert.equal(createHash("sha256").update(clientKey).digest("base64"), stored);
  // The server signature of the example in RFC 7677 is made with this key.
  const signature = createHmac("sha256", Buffer.from(server as string, "base64"))
    .update(
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    )
    .digest("base64");
  assert.equal(signature, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  assert.ok(!verifier.includes("pencil"));
});

const use = (secret: string) => ({ secret, target: `/run/secrets/${secret}`, variable: undefined });

test("a database is not replaced for its own password; those who use it are", () => {
  const blueprint = sampleBlueprint("p", [
    sampleService("db", {
      secrets: [use("DB_PASSWORD")],
      backing: { part: "postgres", version: "17", passwordSecret: "DB_PASSWORD", settings: {} },
    }),
    sampleService("api", { secrets: [use("DB_PASSWORD"), use("KEY")] }),
    sampleService("web", {}),
  ]);
  assert.deepEqual([...readersOf(blueprint, ["DB_PASSWORD"])], ["api"]);
  assert.deepEqual([...readersOf(blueprint, [])], []);
});

test("each secret that goes into an environment is said once, for the services that start", () => {
  const exposed = { ...use("KEY"), exposed: { variable: "TOKEN", template: "${KEY}" } };
  const blueprint = sampleBlueprint("p", [
    sampleService("api", { secrets: [exposed, use("OTHER")] }),
    sampleService("web", { secrets: [exposed] }),
  ]);
  const said = exposureWarnings(blueprint, new Set(["api"]));
  assert.deepEqual(
    said.map(({ what }) => what),
    ["KEY goes into the environment of api, as TOKEN"],
  );
  assert.deepEqual(
    exposureWarnings(blueprint, new Set(["api", "web"])).map(({ what }) => what),
    ["KEY goes into the environment of api and web, as TOKEN"],
  );
});

test("a password that would break the address that it stands in is refused, elsewhere it may be anything", () => {
  const inAddress = {
    ...use("DB_PASSWORD"),
    exposed: { variable: "DATABASE_URL", template: "postgres://a:${DB_PASSWORD}@db" },
  };
  const alone = { ...use("KEY"), exposed: { variable: "KEY", template: "${KEY}" } };
  const blueprint = sampleBlueprint("p", [sampleService("api", { secrets: [inAddress, alone] })]);
  const codes = (name: string, value: string): readonly string[] =>
    addressProblems(blueprint, [new Secret(name, value)]).map(({ code }) => code);
  for (const value of ["ab/cd", "a b", "a#b", "a%41", "a?b"])
    assert.deepEqual(codes("DB_PASSWORD", value), ["GTY5426"], value);
  for (const value of ["ab+cd==", "a-b_c.d~e", "100%"])
    assert.deepEqual(codes("DB_PASSWORD", value), [], value);
  assert.deepEqual(codes("KEY", "ab/cd"), []);
  const [said] = addressProblems(blueprint, [new Secret("DB_PASSWORD", "ab/cd")]);
  assert.ok(!JSON.stringify(said).includes("ab/cd"), "the value is not said");
});

function keyboard(...keys: readonly string[]): { input: Keyboard; raw: boolean[] } {
  const raw: boolean[] = [];
  const input: Keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => raw.push(mode),
  });
  for (const key of keys) (input as PassThrough).write(key);
  return { input, raw };
}

test("a typed value is not shown, can be corrected, and can be given up", async () => {
  const output = new PassThrough();
  const { input, raw } = keyboard("hunter3", "\u007f", "2", "\r");
  assert.equal(await readSecretValue(input, output, "KEY: "), "hunter2");
  assert.deepEqual(raw, [true, false]);
  assert.equal(String(output.read()), "KEY: \n");
  assert.equal(await readSecretValue(keyboard("hunter2", "\u0003").input, output, ""), undefined);
});

test("a piped value loses the line end of echo and nothing else", async () => {
  const input = new PassThrough();
  input.end(" two\nlines \n");
  assert.equal(await readSecretValue(input, new PassThrough(), ""), " two\nlines ");
});
