import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { findIdentity, makeIdentity } from "../../../src/engine/secret-store/identity.ts";

const home = mkdtempSync(join(tmpdir(), "gantry-identity-"));
after(() => rmSync(home, { recursive: true }));

const mode = (path: string): number => statSync(path).mode & 0o777;

test("a key is made at home, once, for its owner alone", async () => {
  const variables = { HOME: home };
  assert.equal(await findIdentity(variables), undefined);
  const { identity, made } = await makeIdentity(variables);
  const file = join(home, ".config", "gantry", "age.key");
  assert.ok(made && "place" in identity && identity.place === file);
  assert.deepEqual([mode(file), mode(dirname(file))], [0o600, 0o700]);
  assert.deepEqual(await makeIdentity(variables), { identity, made: false });
});

test("a key is made where GANTRY_AGE_KEY_FILE names a file that is not there, and its folder stays as it was", async () => {
  const folder = join(home, "shared");
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const file = join(folder, "own.key");
  const variables = { HOME: home, GANTRY_AGE_KEY_FILE: file };
  const before = await findIdentity(variables);
  assert.ok(before !== undefined && "code" in before);
  assert.match(`${before.what} ${before.fix}`, /own\.key does not exist.*gantry secrets init/);
  const { identity, made } = await makeIdentity(variables);
  assert.ok(made && "keys" in identity);
  assert.ok(readFileSync(file, "utf8").includes(identity.keys[0] as string));
  assert.deepEqual([mode(file), mode(folder)], [0o600, 0o755]);
  assert.deepEqual(await findIdentity(variables), identity);
});

test("what is no key stays, and is never made anew", async () => {
  const { identity, made } = await makeIdentity({ HOME: home, GANTRY_AGE_KEY_FILE: import.meta.filename });
  assert.ok(!made && "code" in identity && identity.code === "GTY5403");
  const direct = await makeIdentity({ HOME: join(home, "other"), GANTRY_AGE_KEY: "age1public" });
  assert.ok(!direct.made && "code" in direct.identity);
});
