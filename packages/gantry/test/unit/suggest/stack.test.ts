import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryFiles } from "../../../src/blueprint/files.ts";
import { environmentNames } from "../../../src/blueprint/plan.ts";
import { composeFacts, notTaken } from "../../../src/operations/init-compose.ts";
import { memoryFiles as projectFiles } from "../../../src/read/memory-files.ts";
import { resolve } from "../../../src/stack/resolve.ts";
import { type SuggestedStack, suggestStack } from "../../../src/stack/suggest.ts";
import type { KnownFacts } from "../../../src/stack/suggest-facts.ts";
import { evaluate } from "./evaluate.ts";

type Files = Readonly<Record<string, string>>;
type Service = Readonly<Record<string, unknown>> & {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly build?: { readonly recipe: string; readonly options: Readonly<Record<string, unknown>> };
};

function suggest(files: Files, name = "shop", known?: KnownFacts): SuggestedStack {
  const found = suggestStack(memoryFiles(files), name, known);
  assert.ok(found !== undefined, "nothing was found");
  assert.deepEqual(evaluate(found.text), found.input, "text and data differ");
  return found;
}

const servicesOf = (found: SuggestedStack): Readonly<Record<string, Service>> =>
  found.input["services"] as Readonly<Record<string, Service>>;

const express = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ scripts: { start: "node a.js" }, dependencies: { express: "5", ...more } });
const lock = '{ "lockfileVersion": 3, "packages": {} }';
const page = {
  "package.json": JSON.stringify({ scripts: { build: "vite build" }, devDependencies: { vite: "8" } }),
  "vite.config.ts": 'export default { server: { proxy: { "/api": "http://localhost:3000" } } }',
  "index.html": "",
  "package-lock.json": lock,
};
const below = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

describe("where it looks", () => {
  test("a service and a page side by side, with a gateway in front of both", () => {
    const found = suggest({
      ...below("backend", {
        "package.json": express({ pg: "8" }),
        "package-lock.json": lock,
        "a.js": "process.env.DATABASE_URL; process.env.PORT",
      }),
      ...below("web", page),
    });
    assert.deepEqual(Object.keys(servicesOf(found)), ["db", "backend", "gateway"]);
    assert.deepEqual(servicesOf(found)["backend"]?.["uses"], [
      { service: "db", as: { urlWithPassword: "DATABASE_URL" } },
    ]);
    assert.deepEqual(servicesOf(found)["gateway"]?.options, {
      site: { recipe: "site", options: { context: "web" } },
      routes: { "/api": "backend" },
    });
    const files = memoryFiles({
      ...below("backend", { "package.json": express({ pg: "8" }), "package-lock.json": lock, "a.js": "" }),
      ...below("web", page),
    });
    for (const environment of environmentNames)
      assert.deepEqual(resolve(found.input, environment, files).problems, []);
  });

  test("a page inside a service at the root is found, what lies in examples and tests is not", () => {
    const found = suggest({
      "package.json": express(),
      "a.js": "",
      ...below("client", page),
      ...below("examples/other", { "package.json": express() }),
      ...below("tests/server", { "package.json": express() }),
    });
    assert.deepEqual(
      found.found.map(({ folder }) => folder),
      ["", "client"],
    );
    assert.deepEqual(Object.keys(servicesOf(found)), ["api", "gateway"]);
  });

  test("packages of a workspace are built from its root, and run in their folder", () => {
    const found = suggest({
      "package.json": JSON.stringify({ workspaces: ["apps/*"] }),
      ...below("apps/api", { "package.json": express(), "a.js": "" }),
      ...below("apps/front", {
        "package.json": JSON.stringify({
          scripts: { build: "next build", start: "next start", dev: "next dev", test: "jest" },
          dependencies: { next: "16" },
        }),
      }),
      ...below("apps/shop", {
        "package.json": JSON.stringify({
          scripts: { build: "next build", start: "next start" },
          dependencies: { next: "16" },
        }),
        "next.config.ts": 'export default { output: "standalone" }',
      }),
      ...below("apps/web", page),
    });
    const services = servicesOf(found);
    assert.deepEqual(services["api"]?.build?.options, { workspace: "apps/api" });
    assert.deepEqual(services["shop"]?.build?.options, { workspace: "apps/shop" });
    // npm keeps programs at the root.
    assert.deepEqual(services["front"]?.build?.options, {
      workspace: "apps/front",
      command: ["npx", "--no-install", "next", "start"],
    });
    assert.deepEqual(found.input["test"], { service: "front", command: ["npm", "test"] });
    assert.deepEqual(services["gateway"]?.options?.["site"], {
      recipe: "site",
      options: { workspace: "apps/web" },
    });
  });

  test("a package of a workspace needs what the packages need that it imports, and is found once", () => {
    const found = suggest({
      "package.json": "{}",
      "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - packages/*\n",
      ...below("apps/api", { "package.json": express({ "@shop/db": "workspace:*" }), "a.js": "" }),
      ...below("packages/db", {
        "package.json": '{ "name": "@shop/db", "dependencies": { "pg": "8" } }',
        "index.js": "process.env.DATABASE_URL",
      }),
    });
    assert.deepEqual(Object.keys(servicesOf(found)), ["db", "api", "gateway"]);
    assert.deepEqual(servicesOf(found)["api"]?.["uses"], [
      { service: "db", as: { urlWithPassword: "DATABASE_URL" } },
    ]);
  });

  test("a workspace of Yarn: its programs are called by the manager, and it installs what stacks import", () => {
    const project = {
      "package.json": JSON.stringify({ packageManager: "yarn@4.9.2", workspaces: ["apps/*"] }),
      "yarn.lock": "__metadata:\n  version: 8\n",
      ".yarnrc.yml": "nodeLinker: node-modules\n",
      ...below("apps/api", {
        "package.json": JSON.stringify({
          name: "@shop/api",
          scripts: { start: "tsx a.ts", dev: "cross-env A=1 tsx watch a.ts | cat", test: "vitest run" },
          dependencies: { express: "5", tsx: "4" },
        }),
        "a.ts": "process.env.PORT",
      }),
    };
    const found = suggest(project);
    assert.equal(found.install, "yarn add --dev gantry");
    assert.deepEqual(servicesOf(found)["api"]?.build?.options, {
      workspace: "apps/api",
      command: ["npx", "--no-install", "tsx", "a.ts"],
      dev: ["yarn", "run", "dev"],
    });
    assert.deepEqual(found.input["test"], { service: "api", command: ["yarn", "test"] });
    // Yarn 1 links programs into the package itself, and refuses to add to the root unless it is told.
    const { ".yarnrc.yml": _settings, ...files } = project;
    const manifest = JSON.stringify({ workspaces: ["apps/*"] });
    const first = suggest({ ...files, "package.json": manifest, "yarn.lock": "# yarn lockfile v1\n" });
    assert.equal(first.install, "yarn add --dev --ignore-workspace-root-check gantry");
    assert.equal(servicesOf(first)["api"]?.build?.options?.["command"], undefined);
  });

  test("a Dockerfile beside a package is the package's; one in a folder of its own is a service", () => {
    const found = suggest({
      ...below("api", { "package.json": express(), "a.js": "", Dockerfile: "FROM node:24\nEXPOSE 1" }),
      ...below("tool", { Dockerfile: "FROM golang:1\nEXPOSE 8090" }),
    });
    assert.equal(servicesOf(found)["api"]?.build?.recipe, "node");
    assert.equal(servicesOf(found)["tool"]?.build?.recipe, "dockerfile");
  });

  test("nothing that is known gives nothing", () => {
    assert.equal(suggestStack(memoryFiles({ "README.md": "" }), "shop"), undefined);
    assert.equal(suggestStack(memoryFiles({ "a/b/c/d/package.json": express() }), "shop"), undefined);
  });
});

describe("names", () => {
  test("of folders and projects become names that Docker takes, each only once", () => {
    const found = suggest(
      {
        ...below("My_API", { "package.json": express() }),
        ...below("old/my-api", { "package.json": express() }),
        ...below("gateway", { "package.json": express() }),
      },
      "Shop (2)",
    );
    assert.equal(found.input["name"], "shop-2");
    assert.deepEqual(Object.keys(servicesOf(found)), ["my-api", "api", "old-my-api", "gateway"]);
  });

  test("a service that another reads the address of is used by it, and never in a circle", () => {
    const found = suggest({
      ...below("backend", { "package.json": express(), "a.js": "process.env.FRONT_URL" }),
      ...below("front", { "package.json": express(), "a.js": "process.env.BACKEND_URL" }),
    });
    assert.equal(servicesOf(found)["backend"]?.["uses"], undefined);
    assert.deepEqual(servicesOf(found)["front"]?.["uses"], ["backend"]);
  });
});

describe("a Compose file that is there", () => {
  const compose = `services:
  store:
    image: postgres:16-alpine
    environment: { POSTGRES_DB: orders, POSTGRES_USER: clerk, POSTGRES_PASSWORD: x }
  kv: { image: "redis:7" }
  search: { image: "elasticsearch:8.1.0" }
  shopfront:
    build: ./server
    ports: ["80:4000"]
    command: node other.js
    environment: { DATABASE_URL: "postgres://clerk:x@store:5432/orders", FEATURE: "on" }
    depends_on: [store]
`;
  const files = {
    "compose.yaml": compose,
    ...below("server", {
      "package.json": express({ ioredis: "5" }),
      "a.js": "process.env.REDIS_URL; process.env.PORT",
    }),
  };
  const facts = composeFacts(memoryFiles(files), projectFiles(files));
  const found = suggest(files, "shop", facts);

  test("gives names, versions, ports and addresses", () => {
    assert.deepEqual(servicesOf(found)["store"]?.options, {
      version: "16",
      database: "orders",
      user: "clerk",
    });
    assert.deepEqual(servicesOf(found)["kv"]?.options, { version: "7", use: "cache" });
    assert.equal(servicesOf(found)["shopfront"]?.["port"], 4000);
    assert.deepEqual(servicesOf(found)["shopfront"]?.["uses"], [
      "kv",
      { service: "store", as: { urlWithPassword: "DATABASE_URL" } },
    ]);
  });

  test("what is not taken over is said", () => {
    const said = notTaken(
      facts,
      new Set(Object.keys(servicesOf(found))),
      new Set(["server"]),
      new Set(found.variables),
    );
    assert.deepEqual(said, [
      "search (elasticsearch:8.1.0) is not in the stack.",
      "shopfront had a command and the variable FEATURE: look what of it is still needed.",
    ]);
  });

  test("one Redis for queue and cache stays one, and loses nothing", () => {
    const both = {
      ...files,
      ...below("server", {
        "package.json": express({ ioredis: "5", bullmq: "5" }),
        "a.js": "process.env.QUEUE_URL; process.env.CACHE_URL",
      }),
    };
    const alone = suggest(both, "shop", composeFacts(memoryFiles(both), projectFiles(both)));
    assert.deepEqual(servicesOf(alone)["kv"]?.options, { version: "7", use: "queue" });
    assert.deepEqual(servicesOf(alone)["shopfront"]?.["env"], { QUEUE_URL: "redis://kv:6379" });
    const { "compose.yaml": _compose, ...apart } = both;
    assert.ok(["queue", "cache"].every((name) => servicesOf(suggest(apart))[name] !== undefined));
  });

  test("a version that no part has is left to the part", () => {
    const old = { ...files, "compose.yaml": compose.replace("postgres:16-alpine", "postgres:9.6") };
    const known = composeFacts(memoryFiles(old), projectFiles(old));
    assert.equal(servicesOf(suggest(old, "shop", known))["store"]?.options?.["version"], "17");
  });
});

test("guesses stand above the lines that they are about, or above the service, and lines stay readable", () => {
  const { text } = suggest({
    "package.json": JSON.stringify({
      scripts: { dev: "nodemon a.js" },
      dependencies: { express: "5", mongoose: "9", stripe: "1" },
    }),
    "a.js": "process.env.STRIPE_API_KEY; process.env.PORT",
  });
  assert.equal(
    text.slice(text.indexOf("  services"), text.indexOf("    gateway")),
    `  services: {
    // The sources read STRIPE_API_KEY: name those that must be there in \`secrets\`, and set them with \`gantry
    // secrets set\`.
    // It uses MongoDB (mongoose), for which there is no part: add it as a service with \`image\`, or give its
    // address in \`env\`.
    api: {
      // It starts with \`node a.js\`: no script \`start\` says so.
      build: node({ command: ["node", "a.js"] }),
      // No path such as /health was found: it counts as well when the port answers.
      port: 3000,
      internet: true,
    },
`,
  );
  for (const line of text.split("\n")) assert.ok(line.length <= 110, line);
});
