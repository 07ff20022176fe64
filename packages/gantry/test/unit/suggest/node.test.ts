import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryFiles } from "../../../src/blueprint/files.ts";
import type { Suggestion } from "../../../src/blueprint/suggestion.ts";
import { suggestNode, suggestSite } from "../../../src/recipes/javascript/suggest.ts";

/** Everything that was guessed, as one text. */
const said = (suggestion: Suggestion | undefined): string =>
  (suggestion?.guesses ?? []).map(({ text }) => text).join("\n");

type Package = Readonly<Record<string, unknown>>;

function node(manifest: Package, files: Readonly<Record<string, string>> = {}): Suggestion | undefined {
  return suggestNode(memoryFiles({ "package.json": JSON.stringify(manifest), ...files }));
}

function must(suggestion: Suggestion | undefined): Suggestion {
  assert.ok(suggestion !== undefined, "nothing was found");
  return suggestion;
}

const express = { express: "^5" };

describe("how a Node service starts", () => {
  test("a plain start script is left to the recipe", () => {
    const found = must(node({ scripts: { start: "node server.js" }, dependencies: express }));
    assert.deepEqual(found.options, {});
    assert.deepEqual(
      found.guesses.filter(({ text }) => text.includes("start")),
      [],
    );
  });

  test("a dev script that runs a source, with a build, means the built file, and says so", () => {
    const found = must(
      node(
        { scripts: { dev: "tsx watch src/main.ts", build: "tsc" }, dependencies: express },
        {
          "src/main.ts": "app.listen(process.env.PORT ?? 4100)",
          "tsconfig.json": '{\n  "outDir": "build"\n}',
        },
      ),
    );
    assert.deepEqual(found.options, { output: "build", command: ["node", "build/main.js"] });
    assert.match(said(found), /starts with `node build\/main\.js`/);
    assert.equal(found.service?.port, 4100);
  });

  test("Nest's own start is for development; start:prod is for containers", () => {
    const found = must(
      node({
        scripts: { start: "nest start", "start:prod": "node dist/main", build: "nest build" },
        dependencies: { "@nestjs/core": "^11" },
        devDependencies: { "@nestjs/cli": "^11" },
      }),
    );
    assert.deepEqual(found.options["command"], ["node", "dist/main"]);
  });

  test("a migration before the start becomes a job, and an assignment is said", () => {
    const found = must(
      node({
        scripts: { start: "prisma migrate deploy && LOG=1 node dist/main.js" },
        dependencies: { ...express, prisma: "^6" },
      }),
    );
    assert.deepEqual(found.options["command"], ["node", "dist/main.js"]);
    assert.deepEqual(found.service?.before, { migrate: ["node_modules/.bin/prisma", "migrate", "deploy"] });
    assert.match(said(found), /LOG=1/);
  });

  test("worker, scheduler and migrate beside the start are processes and a job of the same image", () => {
    const found = must(
      node(
        { scripts: { dev: "node --watch src/api.ts", build: "tsc" }, dependencies: express },
        {
          "src/api.ts": "",
          "src/worker.ts": 'touch("/tmp/worker-alive")',
          "src/scheduler.ts": "",
          "src/migrate.ts": "",
        },
      ),
    );
    assert.deepEqual(found.service?.before, { migrate: ["node", "dist/migrate.js"] });
    assert.deepEqual(found.others?.["worker"], {
      command: ["node", "dist/worker.js"],
      health: { file: "/tmp/worker-alive" },
    });
    assert.equal(found.others?.["scheduler"]?.single, true);
  });

  test("a library, a tool, and a package without anything to start are no services", () => {
    assert.equal(node({ dependencies: { lodash: "^4" } }), undefined);
    assert.equal(node({ devDependencies: { husky: "^9" }, scripts: { prepare: "husky" } }), undefined);
    assert.equal(suggestNode(memoryFiles({ "index.js": "" })), undefined);
    assert.equal(suggestNode(memoryFiles({ "package.json": "{ broken" })), undefined);
  });

  test("Next is left to the recipe; its fonts need the network while it is built", () => {
    const scripts = { build: "next build", start: "next start" };
    const found = must(node({ scripts, dependencies: { next: "^16" } }, { "public/a": "" }));
    assert.deepEqual(found.options, {});
    assert.match(said(found), /output: "standalone"/);
    const fonts = must(
      node(
        { scripts, dependencies: { next: "^16" } },
        { "src/app/layout.tsx": 'import { Geist } from "next/font/google";' },
      ),
    );
    assert.deepEqual(fonts.options, { internet: true });
    assert.match(said(fonts), /fetches fonts/);
    const routed = must(
      node(
        { scripts: { build: "next build", start: "next start" }, dependencies: { next: "^16" } },
        { "src/app/api/heartbeat/route.ts": "" },
      ),
    );
    assert.deepEqual(routed.service?.health, { http: "/api/heartbeat" });
  });

  test("a migration of production's packages brings along what it reads, and one of development is named", () => {
    const files = {
      "drizzle/0000.sql": "",
      "drizzle.config.ts": "",
      "next.config.ts": '{ output: "standalone" }',
    };
    const scripts = { build: "next build", start: "next start", "db:migrate": "drizzle-kit migrate" };
    const found = must(node({ scripts, dependencies: { next: "^16", "drizzle-kit": "1" } }, files));
    assert.deepEqual(found.service?.before, { migrate: ["node_modules/.bin/drizzle-kit", "migrate"] });
    assert.deepEqual(found.options, { include: ["drizzle", "drizzle.config.ts"], standalone: false });
    const missing = must(
      node({ scripts, dependencies: { next: "^16" }, devDependencies: { "drizzle-kit": "1" } }, files),
    );
    assert.equal(missing.service?.before, undefined);
    assert.match(said(missing), /db:migrate runs `drizzle-kit migrate`.*npm install --save-prod drizzle-kit/);
  });

  test("a migration in TypeScript runs as the build makes it", () => {
    const found = must(
      node(
        {
          scripts: { build: "tsc", start: "node dist/server.js", migrate: "tsx src/db/migrate.ts" },
          dependencies: express,
          devDependencies: { tsx: "4" },
        },
        { "src/db/migrate.ts": "", "src/server.ts": "", "migrations/1.sql": "" },
      ),
    );
    assert.deepEqual(found.service?.before, { migrate: ["node", "dist/db/migrate.js"] });
    assert.deepEqual(found.options, { include: ["migrations"] });
  });

  test("Prisma's programs need OpenSSL", () => {
    const found = must(
      node(
        { scripts: { start: "node a.js" }, dependencies: { ...express, prisma: "6", "@prisma/client": "6" } },
        { "prisma/schema.prisma": 'provider = "postgresql"' },
      ),
    );
    assert.deepEqual(found.options, { packages: ["openssl"] });
    assert.deepEqual(found.service?.before, { migrate: ["node_modules/.bin/prisma", "migrate", "deploy"] });
  });

  test("the port that a developer is told to set, and a Dockerfile that is there", () => {
    const found = must(
      node(
        { scripts: { start: "node ./bin/www" }, dependencies: express },
        { "app.js": "", ".env.example": "PORT=8081\n", Dockerfile: "FROM node:24\nEXPOSE 9090\n" },
      ),
    );
    assert.equal(found.service?.port, 8081);
    assert.match(said(found), /Your Dockerfile is not used/);
  });

  test("SvelteKit with its Node adapter is a service, with the static one a page", () => {
    const files = { "vite.config.ts": "", "src/app.html": "" };
    const scripts = { dev: "vite dev", build: "vite build" };
    const of = (adapter: string): readonly (Suggestion | undefined)[] => {
      const tree = memoryFiles({
        ...files,
        "package.json": JSON.stringify({ scripts, devDependencies: { [adapter]: "5", vite: "8" } }),
      });
      return [suggestNode(tree), suggestSite(tree)];
    };
    const [service, noPage] = of("@sveltejs/adapter-node");
    assert.deepEqual(service?.options, { output: "build", command: ["node", "build/index.js"] });
    assert.match(said(service), /ORIGIN/);
    assert.equal(noPage, undefined);
    const [, page] = of("@sveltejs/adapter-static");
    assert.deepEqual(page?.options, { output: "build", immutable: ["/_app/immutable/"] });
  });

  test("Angular and Astro are pages, and not what their development servers are", () => {
    const angular = memoryFiles({
      "package.json": JSON.stringify({
        scripts: { start: "ng serve", build: "ng build" },
        dependencies: { "@angular/core": "21" },
        devDependencies: { "@angular/cli": "21" },
      }),
      "angular.json": JSON.stringify({
        projects: {
          shop: {
            projectType: "application",
            architect: { build: { builder: "@angular/build:application" } },
          },
        },
      }),
      "src/index.html": '<link href="https://fonts.googleapis.com/css2">',
    });
    assert.equal(suggestNode(angular), undefined);
    assert.deepEqual(suggestSite(angular)?.options, {
      output: "dist/shop/browser",
      immutable: [],
      ignore: [".angular"],
      dev: ["node_modules/.bin/ng", "serve", "--host", "0.0.0.0", "--port", "4200"],
      devPort: 4200,
      internet: true,
    });
    const astro = memoryFiles({
      "package.json": JSON.stringify({ scripts: { build: "astro build" }, dependencies: { astro: "5" } }),
      "astro.config.mjs": "",
    });
    assert.equal(suggestSite(astro)?.options["devPort"], 4321);
  });

  test("Nest's controllers are paths below its prefix", () => {
    const found = must(
      node(
        {
          scripts: { build: "nest build", "start:prod": "node dist/main" },
          dependencies: { "@nestjs/core": "12" },
        },
        {
          "src/main.ts": "app.setGlobalPrefix('api'); app.listen(3000)",
          "src/health.controller.ts": "@Controller('health')\nexport class HealthController {}",
        },
      ),
    );
    assert.deepEqual(found.service?.health, { http: "/api/health" });
    assert.deepEqual(found.paths, ["/api"]);
  });
});

describe("what a Node service needs", () => {
  const service = (dependencies: Package, source: string): Suggestion =>
    must(
      node(
        { scripts: { start: "node a.js" }, dependencies: { ...express, ...dependencies } },
        { "a.js": source },
      ),
    );

  test("PostgreSQL, under the variable that is read, with the password in it", () => {
    const found = service({ pg: "^8" }, "new Pool({ connectionString: process.env.POSTGRES_URL })");
    assert.deepEqual(found.needs, [
      { part: "postgres", variables: { url: "POSTGRES_URL" }, passwordFile: false },
    ]);
  });

  test("PostgreSQL in parts", () => {
    const found = service(
      { typeorm: "1", pg: "^8" },
      "({ host: process.env.DB_HOST, port: process.env.DB_PORT, username: process.env.DB_USER, password: process.env.DB_PASS, database: process.env.DB_NAME })",
    );
    assert.deepEqual(found.needs[0]?.variables, {
      host: "DB_HOST",
      port: "DB_PORT",
      user: "DB_USER",
      password: "DB_PASS",
      database: "DB_NAME",
    });
  });

  test("Prisma says which database in its schema", () => {
    const schema = (provider: string): Suggestion =>
      must(
        node(
          { scripts: { start: "node a.js" }, dependencies: { ...express, "@prisma/client": "6" } },
          {
            "prisma/schema.prisma": `datasource db {\n  provider = "${provider}"\n  url = env("DATABASE_URL")\n}`,
          },
        ),
      );
    assert.deepEqual(schema("postgresql").needs[0]?.variables, { url: "DATABASE_URL" });
    assert.deepEqual(schema("sqlite").needs, []);
  });

  test("a queue and a cache are two servers; one address for all is one", () => {
    const two = service(
      { bullmq: "5", ioredis: "5" },
      "connect(process.env.QUEUE_URL); connect(process.env.CACHE_URL)",
    );
    assert.deepEqual(
      new Map(two.needs.map(({ part, variables }) => [part, variables.url])),
      new Map([
        ["queue", "QUEUE_URL"],
        ["cache", "CACHE_URL"],
      ]),
    );
    const one = service({ bullmq: "5", ioredis: "5" }, "connect(process.env.REDIS_URL)");
    assert.deepEqual(
      one.needs.map(({ part, variables }) => [part, variables.url]),
      [["queue", "REDIS_URL"]],
    );
  });

  test("its own keys become secrets, those of others are only named", () => {
    const found = service({}, "process.env.SESSION_SECRET; process.env.STRIPE_API_KEY; process.env.NODE_ENV");
    assert.deepEqual(found.secrets, [{ name: "SESSION_SECRET", file: false }]);
    assert.match(said(found), /STRIPE_API_KEY/);
    assert.equal(found.internet, true);
  });

  test("what calls the outside may reach it, and that is said", () => {
    const found = service({}, 'import axios from "axios";');
    assert.equal(found.internet, true);
    assert.match(said(found), /use axios/);
    assert.equal(service({}, "fetch(`http://backend:3000/`)").internet, false);
  });

  test("sources that read files get files", () => {
    const found = service(
      { pg: "8" },
      'read(process.env.DATABASE_URL, process.env["DATABASE_PASSWORD_FILE"], process.env.SESSION_SECRET)',
    );
    assert.equal(found.needs[0]?.passwordFile, true);
    assert.deepEqual(found.secrets, [{ name: "SESSION_SECRET", file: true }]);
  });
});

describe("port and health", () => {
  const of = (source: string): Suggestion["service"] =>
    must(node({ scripts: { start: "node a.js" }, dependencies: express }, { "a.js": source })).service;

  for (const [source, port] of [
    ["const port = process.env.PORT || 8080;", 8080],
    ["const port = Number(process.env.PORT ?? 4000)", 4000],
    ['parseInt(process.env.PORT || "3333", 10)', 3333],
    ["app.listen(5001)", 5001],
    ["app.listen({ port: 5002 })", 5002],
    ["app.listen(process.env.PORT)", 3000],
    ["connect({ port: 5432 }); app.listen(process.env.PORT)", 3000],
  ] as const)
    test(`${source} is ${port}`, () => assert.equal(of(source)?.port, port));

  for (const [source, health] of [
    ['app.get("/health", ok)', { http: "/health" }],
    ['app.get("/api/healthz", ok)', { http: "/api/healthz" }],
    [
      'app.get("/health/live", ok); app.get("/health/ready", ok)',
      { http: "/health/ready", live: "/health/live" },
    ],
    ['app.get("/health", ok); app.get("/health/live", ok)', { http: "/health", live: "/health/live" }],
    ['app.get("/api/live", stream)', undefined],
    ['app.get("/healthy-food", ok)', undefined],
  ] as const)
    test(`${source} is ${JSON.stringify(health)}`, () => assert.deepEqual(of(source)?.health, health));
});

describe("workspaces and pages", () => {
  test("a workspace's root names its packages, without tests and examples", () => {
    const found = must(
      node(
        { workspaces: ["apps/*", "examples/*"] },
        { "apps/api/package.json": "{}", "apps/web/package.json": "{}", "examples/a/package.json": "{}" },
      ),
    );
    assert.deepEqual(found.members, ["apps/api", "apps/web"]);
    assert.equal(found.service, undefined);
  });

  const page = (config: string, manifest: Package = {}): Suggestion | undefined =>
    suggestSite(
      memoryFiles({
        "package.json": JSON.stringify({
          scripts: { build: "vite build" },
          devDependencies: { vite: "8" },
          ...manifest,
        }),
        "vite.config.ts": config,
        "index.html": "",
      }),
    );

  test("Vite's proxies are the routes", () => {
    const found = must(
      page(`export default { server: { proxy: {
        "/api": { target: "http://localhost:4000", rewrite: (path) => path.replace(/^\\/api/, "") },
        "/socket": "http://backend:3000",
      } }, build: { outDir: "public" } }`),
    );
    assert.deepEqual(found.proxies, [
      { path: "/api", host: "localhost", port: 4000, strip: true },
      { path: "/socket", host: "backend", port: 3000, strip: false },
    ]);
    assert.deepEqual(found.options, { output: "public" });
  });

  test("a server that also uses Vite is no page", () => {
    assert.equal(
      page("", { scripts: { start: "node server.js", build: "vite build" }, dependencies: express }),
      undefined,
    );
  });
});
