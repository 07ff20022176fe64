import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../../../src/blueprint/files.ts";
import type { Suggestion } from "../../../src/blueprint/suggestion.ts";
import { suggestDockerfile } from "../../../src/recipes/dockerfile/suggest.ts";
import { suggestRust } from "../../../src/recipes/rust/suggest.ts";

/** Everything that was guessed, as one text. */
const said = (suggestion: Suggestion | undefined): string =>
  (suggestion?.guesses ?? []).map(({ text }) => text).join("\n");

const manifest = (dependencies: string, more = ""): string =>
  `[package]\nname = "shop"\nversion = "1.0.0"\n${more}\n[dependencies]\n${dependencies}\n`;

test("a server with its port, health, database and cache", () => {
  const found = suggestRust(
    memoryFiles({
      "Cargo.toml": manifest(
        'axum = "0.8"\nsqlx = { version = "0.8", features = ["postgres"] }\nredis = "1"',
      ),
      "src/main.rs":
        'fn main() { env::var("DATABASE_URL"); env::var("REDIS_URL"); Router::new().route("/health", get(ok)); TcpListener::bind("0.0.0.0:3001") }',
      "migrations/1.sql": "",
    }),
  );
  assert.equal(found?.service?.port, 3001);
  assert.deepEqual(found?.service?.health, { http: "/health" });
  assert.deepEqual(
    found?.needs.map(({ part, variables }) => [part, variables.url]),
    [
      ["postgres", "DATABASE_URL"],
      ["cache", "REDIS_URL"],
    ],
  );
  assert.deepEqual(found?.options, {});
});

test("of several programs the one that Cargo runs, or the one of the package's name", () => {
  const files = { "src/main.rs": "", "src/bin/import.rs": "" };
  const named = suggestRust(
    memoryFiles({ ...files, "Cargo.toml": manifest('actix-web = "4"', 'default-run = "import"') }),
  );
  assert.equal(named?.options["bin"], "import");
  const usual = suggestRust(memoryFiles({ ...files, "Cargo.toml": manifest('actix-web = "4"') }));
  assert.equal(usual?.options["bin"], "shop");
  assert.match(said(usual), /import, shop/);
});

test("in a workspace the package that serves, also through another package", () => {
  const found = suggestRust(
    memoryFiles({
      "Cargo.toml": '[workspace]\nmembers = ["server", "web", "tool"]',
      "server/Cargo.toml": '[package]\nname = "server"\n[dependencies]\nweb = { path = "../web" }',
      "server/src/main.rs": "fn main() { listen(([0, 0, 0, 0], 4000)) }",
      "web/Cargo.toml": '[package]\nname = "web"\n[dependencies]\naxum = "0.8"',
      "web/src/lib.rs": 'fn router() { route("/healthz") }',
      "tool/Cargo.toml": '[package]\nname = "tool"',
      "tool/src/main.rs": "",
    }),
  );
  assert.equal(found?.options["bin"], "server");
  assert.equal(found?.service?.port, 4000);
  assert.deepEqual(found?.service?.health, { http: "/healthz" });
});

test("variables that clap names after fields, and those of the example that developers copy", () => {
  const found = suggestRust(
    memoryFiles({
      "Cargo.toml": manifest('axum = "0.8"\ntokio-postgres = "0.7"\nredis = "1"'),
      "src/main.rs":
        "struct Config {\n    #[clap(long, env)]\n    database_url: String,\n    #[clap(long, env)]\n    hmac_key: String,\n}",
      ".env.example": "CACHE_URL=redis://localhost\n",
    }),
  );
  assert.deepEqual(
    found?.needs.map(({ variables }) => variables.url),
    ["DATABASE_URL", "CACHE_URL"],
  );
  assert.deepEqual(found?.secrets, [{ name: "HMAC_KEY", file: false }]);
});

test("libraries of the system make it Debian's image", () => {
  const found = suggestRust(
    memoryFiles({
      "Cargo.toml": manifest('rocket = "0.5"'),
      "Cargo.lock": '[[package]]\nname = "openssl-sys"\n',
      "src/main.rs": "",
    }),
  );
  assert.deepEqual(found?.options, {
    runtime: "debian",
    buildPackages: ["libssl-dev", "pkg-config"],
    packages: ["libssl3t64"],
  });
  assert.equal(found?.service?.port, 8000);
});

test("a program for the command line is no service", () => {
  assert.equal(
    suggestRust(memoryFiles({ "Cargo.toml": manifest('clap = "4"'), "src/main.rs": "" })),
    undefined,
  );
});

test("a Dockerfile alone: the port that it exposes, and what its sources in any language say", () => {
  const suggest = (files: Readonly<Record<string, string>>) => suggestDockerfile(memoryFiles(files));
  const found = suggest({
    Dockerfile: 'FROM golang:1.25 AS build\nRUN go build\nFROM alpine:3.22\nEXPOSE 8090\nCMD ["/shop"]',
    "go.mod": "require github.com/jackc/pgx/v5 v5.7.0",
    "main.go": 'os.Getenv("DATABASE_URL"); http.HandleFunc("/healthz", ok)',
  });
  assert.deepEqual(found?.service, { port: 8090, health: { http: "/healthz" } });
  assert.deepEqual(found?.options["programs"], ["wget"]);
  assert.deepEqual(found?.needs[0]?.variables, { url: "DATABASE_URL" });
  assert.equal(suggest({ Dockerfile: "FROM nginx:1.28\nCOPY nginx.conf /etc/nginx/" }), undefined);
  assert.deepEqual(suggest({ Dockerfile: 'FROM scratch\nCMD ["/a"]' })?.service?.port, undefined);
});

test("programs that take up work run beside the one that serves, from one image; the rest is told of", () => {
  const member = (name: string, more = ""): Readonly<Record<string, string>> => ({
    [`crates/${name}/Cargo.toml`]: `[package]\nname = "mail-${name}"\n[dependencies]\n${more}`,
    [`crates/${name}/src/main.rs`]:
      name === "server" ? 'EnvFilter::from_default_env(); sqlx::migrate!("../migrations").run(&pool)' : "",
  });
  const found = suggestRust(
    memoryFiles({
      "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
      ...member("server", 'axum = "0.8"\n'),
      ...member("worker"),
      ...member("cli"),
    }),
  );
  assert.deepEqual(found?.options["bin"], ["mail-server", "mail-worker"]);
  assert.deepEqual(found?.others?.["worker"]?.command, ["mail-worker"]);
  assert.equal(found?.others?.["worker"]?.afterMain, true, "the server makes the tables when it starts");
  assert.deepEqual(found?.env, { RUST_LOG: "info" });
  assert.match((found?.guesses ?? []).map(({ text }) => text).join("\n"), /other programs \(mail-cli\)/);
});

test("queries that sqlx checks need what it wrote down about them", () => {
  const files = {
    "Cargo.toml": manifest('axum = "0.8"\nsqlx = { version = "0.8", features = ["postgres"] }'),
    "src/main.rs": 'fn main() { sqlx::query!("SELECT 1") }',
  };
  assert.match(said(suggestRust(memoryFiles(files))), /cargo sqlx prepare/);
  assert.doesNotMatch(
    said(suggestRust(memoryFiles({ ...files, ".sqlx/query-1.json": "{}" }))),
    /sqlx prepare/,
  );
});
