import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressesOf } from "../../src/check/insight/addresses.ts";
import { listenerOf } from "../../src/check/insight/listeners.ts";
import {
  isPlaceholder,
  isSecretName,
  knownSecret,
  looksLikeSecret,
} from "../../src/check/insight/secrets.ts";
import { withoutVariables } from "../../src/check/insight/variables.ts";
import { listed } from "../../src/check/insight/wording.ts";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import type { EnvironmentEntry } from "../../src/read/compose/model.ts";
import type { CommandLine } from "../../src/read/dockerfile/model.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { startOf } from "../../src/read/source.ts";

describe("names of secrets", () => {
  for (const name of [
    "PASSWORD",
    "DB_PASSWORD",
    "SECRET_KEY",
    "githubToken",
    "AWS_SECRET_ACCESS_KEY",
    "STRIPE_API_KEY",
    "jwt-secret",
    "SECRET_KEY_BASE",
    "SMTP_PASS",
  ]) {
    it(`knows ${name}`, () => assert.equal(isSecretName(name), true));
  }
  for (const name of [
    "SECRET_KEY_FILE",
    "PUBLIC_KEY",
    "NEXT_PUBLIC_API_KEY",
    "TOKEN_VERSION",
    "ACCESS_TOKEN_TTL",
    "PASSWORD_MIN_LENGTH",
    "ALLOW_EMPTY_PASSWORD",
    "MYSQL_RANDOM_ROOT_PASSWORD",
    "PWD",
    "CACHE_KEY",
    "KEYBOARD",
    "COMPASS",
    "SECRETS_PATH",
    "TOKEN_URL",
  ]) {
    it(`leaves ${name} alone`, () => assert.equal(isSecretName(name), false));
  }
});

describe("values of secrets", () => {
  for (const value of ["kJ8vQ2mZx7Lp4RtW", "deport-silver-showcase-pusher", "8aff725d2e16ef31fbc42"]) {
    it(`takes ${value} for one`, () => assert.equal(looksLikeSecret(value), true));
  }
  for (const value of [
    "",
    "postgres",
    "changeme",
    "<your token>",
    "MySecureDatabasePassword1",
    "GOOGLE_API_KEY_VAL",
    "/run/secrets/kJ8vQ2mZx7Lp4RtW",
    "https://example.com/kJ8vQ2mZx7Lp4RtW",
    "%kernel.dir%/jwt/private1.pem",
    "aaaaaaaaaaaa1",
  ]) {
    it(`leaves ${JSON.stringify(value)} alone`, () => assert.equal(looksLikeSecret(value), false));
  }
  it("knows formats that only secrets have", () => {
    assert.equal(knownSecret(`ghp_${"aZ3kQ9xW7pL2".repeat(3)}`), "a GitHub token");
    assert.equal(knownSecret("-----BEGIN EC PRIVATE KEY-----"), "a private key");
    assert.equal(knownSecret("-----BEGIN CERTIFICATE-----"), undefined);
    assert.equal(isPlaceholder("change-this-in-production"), true);
  });
});

/** A variable as a file would give it. */
function entry(name: string, value: string, dynamic = false): EnvironmentEntry {
  const span = startOf("compose.yaml");
  return { name, value, raw: value, dynamic, span, valueSpan: span, from: "inline" };
}

describe("addresses in variables", () => {
  const hosts = (name: string, value: string, dynamic = false): readonly string[] =>
    addressesOf(entry(name, value, dynamic)).map(({ host, port }) => `${host}:${port ?? ""}`);

  it("reads URLs, with the usual port of data servers", () => {
    assert.deepEqual(hosts("DATABASE_URL", "postgresql+asyncpg://u:p@db/shop"), ["db:5432"]);
    assert.deepEqual(hosts("API", "http://api/x"), ["api:"]);
    assert.deepEqual(hosts("BROKERS", "amqp://u:p@one:1000,amqp://two"), ["one:1000", "two:5672"]);
  });

  it("reads bare hosts where the name says that they are", () => {
    assert.deepEqual(hosts("DB_HOST", "db"), ["db:"]);
    assert.deepEqual(hosts("KAFKA_BROKERS", "one:9092, two:9092"), ["one:9092", "two:9092"]);
    assert.deepEqual(hosts("GREETING", "hello:1234"), []);
    assert.deepEqual(hosts("NODE_OPTIONS", "--inspect=0.0.0.0:9229"), []);
  });

  it("takes the port beside a host", () => {
    const port = entry("DB_PORT", "5433");
    const [address] = addressesOf(entry("DB_HOST", "db"), [port]);
    assert.equal(address?.port, 5433);
  });

  it("leaves out what hangs on unknown variables, and keeps the rest", () => {
    assert.deepEqual(hosts("URL", "postgres://u:${PASSWORD}@db:5432/${NAME}", true), ["db:5432"]);
    assert.deepEqual(hosts("URL", "postgres://u:p@${HOST}:5432/x", true), []);
    assert.deepEqual(hosts("DSN", "mysql://u:p@tcp(db:3306)/x?parseTime=true"), ["db:3306"]);
    assert.deepEqual(hosts("URL", "postgres://u:p@db:${PORT}/x", true), []);
    const [address] = addressesOf(entry("URL", "postgres://${USER}:p@db/x", true));
    assert.equal(address?.user, undefined);
  });

  it("marks variables, nested ones and doubled dollars among them", () => {
    assert.equal(withoutVariables("a${B:-${C}}d$E $$F", "?"), "a?d? $F");
    assert.equal(withoutVariables("${open", "?"), "?");
  });
});

describe("where servers listen", () => {
  const exec = (...words: readonly string[]): CommandLine => ({ form: "exec", words, text: words.join(" ") });
  const at = (command: CommandLine, env: Readonly<Record<string, string>> = {}): string | undefined => {
    const found = listenerOf(command, new Map(Object.entries(env)));
    return found === undefined ? undefined : `${found.host}:${found.port}`;
  };

  it("knows the defaults", () => {
    assert.equal(at(exec("uvicorn", "app:app")), "127.0.0.1:8000");
    assert.equal(at(exec("gunicorn", "app:app")), "127.0.0.1:8000");
    assert.equal(at(exec("python", "-m", "flask", "--app", "x", "run")), "127.0.0.1:5000");
    assert.equal(at(exec("python", "manage.py", "runserver")), "127.0.0.1:8000");
    assert.equal(at(exec("fastapi", "run", "main.py")), "0.0.0.0:8000");
  });

  it("reads options in both forms, and behind launchers", () => {
    assert.equal(at(exec("uvicorn", "app:app", "--host=0.0.0.0", "--port", "80")), "0.0.0.0:80");
    assert.equal(at(exec("poetry", "run", "uvicorn", "app:app", "--host", "0.0.0.0")), "0.0.0.0:8000");
    assert.equal(at(exec("sh", "-c", "alembic upgrade head && gunicorn app -b :9000")), "0.0.0.0:9000");
    assert.equal(at(exec("python", "manage.py", "runserver", "0:7000")), "0.0.0.0:7000");
    assert.equal(at(exec("php", "-S", "localhost:8080", "-t", "public")), "localhost:8080");
  });

  it("asks the variables that the programs read", () => {
    assert.equal(at(exec("uvicorn", "a:b"), { UVICORN_HOST: "0.0.0.0", UVICORN_PORT: "81" }), "0.0.0.0:81");
    assert.equal(at(exec("flask", "run"), { FLASK_RUN_HOST: "0.0.0.0" }), "0.0.0.0:5000");
  });

  it("knows nothing when settings or variables decide", () => {
    assert.equal(at(exec("gunicorn", "-c", "settings.py", "app")), "undefined:undefined");
    assert.equal(at(exec("sh", "-c", "uvicorn a:b --host 0.0.0.0 --port $PORT")), "0.0.0.0:undefined");
    assert.equal(at(exec("uvicorn", "a:b", "--uds", "/tmp/x")), "undefined:undefined");
    assert.equal(at(exec("sh", "-c", "nginx && uvicorn a:b")), undefined);
    assert.equal(at(exec("pip", "install", "uvicorn")), undefined);
    assert.equal(at(exec("node", "server.js")), undefined);
  });
});

describe("lists in sentences", () => {
  it("stays short", () => {
    assert.equal(listed([]), "");
    assert.equal(listed(["a"]), "a");
    assert.equal(listed(["a", "b", "c"]), "a, b and c");
    assert.equal(listed([..."abcdefgh"]), "a, b, c, d and 4 more");
  });
});

describe("the edit that removes version", () => {
  it("takes its line and nothing else, with the file's own line ends", () => {
    for (const end of ["\n", "\r\n"]) {
      const text = ["# top", "version: '3.8' # old", "", "services:", "  web:", "    image: web:2", ""].join(
        end,
      );
      const { findings } = runChecks(readProject(memoryFiles({ "compose.yaml": text })), rules);
      const [finding] = findings.filter(({ code }) => code === "GC032");
      const [edit] = finding?.remedy?.edits ?? [];
      assert.equal(finding?.remedy?.safe, true);
      assert.ok(edit);
      assert.equal(
        text.slice(0, edit.start) + edit.text + text.slice(edit.end),
        ["# top", "", "services:", "  web:", "    image: web:2", ""].join(end),
      );
    }
  });
});
