import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { createSecrets, describeError, isSecretKey, redacted } from "../src/secrets.ts";

suite("secret values", () => {
  test("are replaced in every form in which programs print them", () => {
    const value = 'p@ss "word"/1';
    const { redact } = createSecrets([value]);
    const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), btoa(value)];
    for (const form of forms) assert.equal(redact(`<${form}>`), `<${redacted}>`);
  });

  test("leave no remainder when one holds another", () => {
    const { redact } = createSecrets(["secret", "secret-and-more"]);
    assert.equal(redact("secret-and-more"), redacted);
  });

  test("that are too short are not looked for: they would blank out ordinary text", () => {
    assert.equal(createSecrets(["a", ""]).redact("a cat"), "a cat");
  });

  test("are gone from any text, whatever they are", () => {
    // What stands in for a secret may itself hold a short one, such as "dact".
    const secret = fc.string({ minLength: 4 }).filter((value) => !redacted.includes(value));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const text = createSecrets([value]).redact(before + value + after);
        assert.ok(!text.replaceAll(redacted, "\u0000").includes(value));
      }),
    );
  });
});

test("names that say secret are told from names that only sound like it", () => {
  const secret = [
    "password",
    "dbPassword",
    "DB_PASSWORD",
    "token",
    "access_token",
    "accessToken",
    "authorization",
  ];
  const more = ["cookie", "Set-Cookie", "apiKey", "x-api-key", "session_key", "clientSecret", "private-key"];
  for (const name of [...secret, ...more]) assert.ok(isSecretKey(name), name);
  for (const name of [
    "key",
    "tokens",
    "passed",
    "monkey",
    "secretary",
    "cookies_enabled",
    "author",
    "keyboard",
  ]) {
    assert.ok(!isSecretKey(name), name);
  }
});

test("an error is described in one line, also when Node hides it in an aggregate", () => {
  assert.equal(describeError(new Error("first\nsecond")), "first");
  assert.equal(
    describeError(new AggregateError([new Error("connect ECONNREFUSED")], "")),
    "connect ECONNREFUSED",
  );
  assert.equal(describeError("text"), "text");
  assert.equal(describeError(new RangeError()), "RangeError");
  assert.equal(describeError(new Error("x".repeat(500))).length, 200);
  assert.equal(
    describeError(new Error("redis://:pw@queue:6379 is gone")),
    "redis://[redacted]@queue:6379 is gone",
  );
});
