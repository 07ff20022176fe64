import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ConfigError, loadConfig, withPassword } from "../src/config.ts";

interface Settings {
  readonly port: number;
  readonly databaseUrl: string;
  readonly sessionKey: string;
}

/** A schema written by hand, as any library that follows Standard Schema would give. */
const schema: StandardSchemaV1<object, Settings> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (input) => {
      const values = input as Record<string, unknown>;
      const issues: StandardSchemaV1.Issue[] = [];
      const port = Number(values["port"]);
      if (!Number.isInteger(port)) issues.push({ message: `not a port: ${values["port"]}`, path: ["port"] });
      for (const key of ["databaseUrl", "sessionKey"]) {
        if (typeof values[key] !== "string") issues.push({ message: "missing", path: [key] });
      }
      if (typeof values["sessionKey"] === "string" && values["sessionKey"].length < 16) {
        issues.push({ message: `too short: "${values["sessionKey"]}"`, path: [{ key: "sessionKey" }] });
      }
      return issues.length > 0 ? { issues } : { value: { ...(values as unknown as Settings), port } };
    },
  },
};
const typedSchema = schema as StandardSchemaV1<Record<keyof Settings, unknown>, Settings>;
const variables = { port: "PORT", databaseUrl: "DATABASE_URL", sessionKey: "SESSION_KEY" };

suite("loadConfig", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "runtime-config-"));
  });
  after(() => rm(folder, { recursive: true }));
  const write = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const problemsOf = async (load: Promise<unknown>): Promise<ConfigError> => {
    const error = await load.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ConfigError);
    return error;
  };

  test("takes defaults, file, environment and secret files, the later ones winning", async () => {
    const { config, sources } = await loadConfig(typedSchema, {
      variables,
      defaults: { port: 1, databaseUrl: "default", sessionKey: "default default default" },
      file: await write("layers.json", JSON.stringify({ port: 2, databaseUrl: "file" })),
      environment: {
        PORT: "3",
        SESSION_KEY: "from the environment",
        SESSION_KEY_FILE: await write("session", "from the secret file\n"),
      },
    });
    assert.deepEqual(config, { port: 3, databaseUrl: "file", sessionKey: "from the secret file" });
    assert.deepEqual(sources["port"], { kind: "environment", variable: "PORT" });
    assert.equal(sources["databaseUrl"]?.kind, "file");
    assert.equal(sources["sessionKey"]?.kind, "secret file");
  });

  test("an empty variable counts as not set", async () => {
    const { config, sources } = await loadConfig(typedSchema, {
      variables,
      defaults: { port: 8 },
      environment: { PORT: "", SESSION_KEY_FILE: "", DATABASE_URL: "x", SESSION_KEY: "sixteen characters" },
    });
    assert.equal(config.port, 8);
    assert.deepEqual(sources["port"], { kind: "default" });
  });

  test("finds secrets in a folder, and does without those that are not there", async () => {
    await write("SESSION_KEY", "sixteen characters or more");
    const { config } = await loadConfig(typedSchema, {
      variables,
      environment: { PORT: "3", DATABASE_URL: "postgres://db/parcel" },
      secretsDir: folder,
    });
    assert.equal(config.sessionKey, "sixteen characters or more");
  });

  test("says all problems at once, each with its source", async () => {
    const error = await problemsOf(
      loadConfig(typedSchema, { variables, environment: { PORT: "many", SESSION_KEY_FILE: "/nowhere/key" } }),
    );
    assert.deepEqual(
      error.problems.map(({ key, message }) => `${key}: ${message}`),
      ["sessionKey: cannot be read: ENOENT", "port: not a port: many", "databaseUrl: missing"],
    );
    assert.match(error.message, /port \(from PORT\): not a port: many/);
    assert.match(error.message, /sessionKey \(from SESSION_KEY_FILE=\/nowhere\/key\)/);
  });

  test("never shows a secret, even when the schema's message quotes it", async () => {
    const path = await write("short", "tiny-secret");
    const fromFile = await problemsOf(
      loadConfig(typedSchema, {
        variables,
        environment: { PORT: "1", DATABASE_URL: "x", SESSION_KEY_FILE: path },
      }),
    );
    const declared = await problemsOf(
      loadConfig(typedSchema, {
        variables,
        secret: ["sessionKey"],
        environment: { PORT: "1", DATABASE_URL: "x", SESSION_KEY: "tiny-secret" },
      }),
    );
    for (const error of [fromFile, declared]) {
      assert.equal(error.problems.length, 1);
      assert.doesNotMatch(`${error.message} ${JSON.stringify(error.problems)}`, /tiny-secret/);
    }
  });

  test("a broken file is one problem and quotes nothing of its content", async () => {
    const file = await write("broken.json", '{"sessionKey": hunter2}');
    const error = await problemsOf(loadConfig(typedSchema, { variables, file, environment: {} }));
    assert.equal(error.problems[0]?.message, "is not valid JSON");
    assert.doesNotMatch(error.message, /hunter2/);
  });

  test("gives the secrets it met to whoever prints", async () => {
    const { secrets } = await loadConfig(typedSchema, {
      variables,
      environment: {
        PORT: "1",
        DATABASE_URL: "x",
        SESSION_KEY_FILE: await write("redacted", "a very secret key"),
      },
    });
    assert.equal(secrets.redact("key=a very secret key;"), "key=[redacted];");
  });
});

suite("withPassword", () => {
  test("puts the password into the URL, encoded", () => {
    const url = withPassword("postgres://parcel@db:5432/parcel", "p@ss/%:word");
    assert.equal(url, "postgres://parcel:p%40ss%2F%25%3Aword@db:5432/parcel");
    assert.equal(decodeURIComponent(new URL(url).password), "p@ss/%:word");
  });

  test("works without a user name, as Redis URLs are", () => {
    assert.equal(withPassword("redis://queue:6379/0", "secret"), "redis://:secret@queue:6379/0");
  });

  test("leaves the URL as it is when there is no password", () => {
    assert.equal(withPassword("redis://queue:6379/0", undefined), "redis://queue:6379/0");
  });
});
