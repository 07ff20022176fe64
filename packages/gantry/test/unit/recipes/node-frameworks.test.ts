import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BuildPlan } from "../../../src/blueprint/plan.ts";
import { memoryFiles, type node } from "../../../src/index.ts";
import { nodeRecipe } from "../../../src/recipes/node.ts";
import { renderDockerfile } from "../../../src/render/dockerfile.ts";

type Options = Parameters<typeof node>[0];

function planOf(files: Record<string, string>, options: Options = {}): BuildPlan {
  const result = nodeRecipe.plan({
    files: memoryFiles({ "package-lock.json": "{}", ...files }),
    options: options ?? {},
    image: "web",
    path: "services.web.build",
  });
  assert.ok("plan" in result, JSON.stringify(result.problems));
  return result.plan;
}

const dockerfile = (files: Record<string, string>, options: Options = {}): string =>
  renderDockerfile(planOf(files, options), "stack.ts");

/** The lines of one stage. */
function stage(text: string, name: string): string {
  const from = text.indexOf(` AS ${name}\n`);
  assert.notEqual(from, -1, `${name} is in ${text}`);
  const end = text.indexOf("\nFROM ", from);
  return text.slice(from, end === -1 ? undefined : end);
}

const json = (value: object): string => JSON.stringify(value);

describe("Next.js", () => {
  const app = {
    "package.json": json({
      name: "shop",
      scripts: { build: "next build", start: "next start", dev: "next dev" },
      dependencies: { next: "16" },
    }),
    "next.config.ts": "export default { cacheComponents: true }",
    "public/logo.svg": "",
  };
  const traced = { ...app, "next.config.ts": 'export default { output: "standalone" }' };

  test("the running server gets the configuration, the public files and a cache that it can write", () => {
    const text = dockerfile(app);
    const production = stage(text, "production");
    for (const path of [".next", "next.config.ts", "public"])
      assert.match(production, new RegExp(`COPY --from=build /app/${path} /app/${path}\n`));
    assert.match(stage(text, "build"), /--mount=type=cache,id=next-shop,target=\/app\/\.next\/cache/);
    assert.deepEqual(planOf(app).image.scratch, ["/tmp", "/app/.next/cache"]);
  });

  test("what the build traced is shipped alone, and listens on all addresses", () => {
    const text = dockerfile(traced);
    const production = stage(text, "production");
    assert.match(production, /COPY --from=build \/app\/\.next\/standalone \/app\n/);
    assert.match(production, /COPY --from=build \/app\/\.next\/static \/app\/\.next\/static\n/);
    assert.match(production, /ENV HOSTNAME=0\.0\.0\.0\n/);
    assert.match(production, /CMD \["node", "server\.js"\]/);
    assert.doesNotMatch(text, /npm ci --omit=dev/);
  });

  test("a comment in the configuration is not one", () => {
    const text = dockerfile({ ...app, "next.config.ts": '// output: "standalone",\nexport default {}' });
    assert.match(stage(text, "production"), /CMD \["node_modules\/\.bin\/next", "start"\]/);
  });

  test("all packages stay beside the traced server when jobs need them", () => {
    const production = stage(dockerfile(traced, { standalone: false, include: ["drizzle"] }), "production");
    assert.match(production, /COPY --from=production-dependencies \/app\/node_modules/);
    assert.match(production, /COPY --from=build \/app\/\.next\/standalone\/server\.js \/app\/\n/);
    assert.match(production, /COPY --from=build \/app\/drizzle \/app\/drizzle\n/);
    assert.match(production, /CMD \["node", "server\.js"\]/);
  });

  test("in a workspace the server lies in the package's folder", () => {
    const text = dockerfile(
      {
        "package.json": json({ workspaces: ["apps/*"] }),
        ...Object.fromEntries(Object.entries(traced).map(([path, content]) => [`apps/web/${path}`, content])),
      },
      { workspace: "apps/web" },
    );
    const production = stage(text, "production");
    assert.match(production, /COPY --from=build \/app\/apps\/web\/\.next\/standalone \/app\n/);
    assert.match(production, /\/app\/apps\/web\/\.next\/static \/app\/apps\/web\/\.next\/static\n/);
    assert.match(production, /WORKDIR \/app\/apps\/web\n/);
  });
});

describe("scripts that installing runs", () => {
  const manifest = (scripts: object, rest: object = {}): Record<string, string> => ({
    "package.json": json({ name: "a", scripts: { start: "node a.js", ...scripts }, ...rest }),
  });

  test("a tool of development is not called where it is not installed", () => {
    const text = dockerfile(manifest({ prepare: "husky" }, { devDependencies: { husky: "9" } }));
    assert.doesNotMatch(stage(text, "dependencies"), /pkg delete/);
    assert.match(
      stage(text, "production-dependencies"),
      /npm pkg delete scripts\.prepare && \\\n\s+npm ci --omit=dev/,
    );
  });

  test("what needs the sources runs once they are there", () => {
    const text = dockerfile(
      manifest({ postinstall: "npm run generate", build: "tsc", dev: "tsx watch src/a.ts" }),
    );
    assert.match(stage(text, "dependencies"), /npm pkg delete scripts\.postinstall && \\\n\s+npm ci\n/);
    assert.match(stage(text, "build"), /npm run postinstall && \\\n\s+npm run build/);
    assert.match(stage(text, "dev"), /npm run postinstall/);
  });

  test("files and folders that it reads are there, under their own names", () => {
    const text = dockerfile({
      ...manifest(
        { postinstall: "prisma generate && patch-package && node scripts/fix.js" },
        { dependencies: { prisma: "6", "patch-package": "8", "@prisma/client": "6" } },
      ),
      "prisma/schema.prisma": 'generator client {\n  provider = "prisma-client-js"\n}\n',
      "patches/x.patch": "",
      "scripts/fix.js": "",
    });
    for (const name of ["dependencies", "production-dependencies"]) {
      assert.match(stage(text, name), /COPY prisma\/ \.\/prisma\/\n/);
      assert.match(stage(text, name), /COPY patches\/ \.\/patches\/\n/);
      assert.match(stage(text, name), /COPY scripts\/fix\.js \.\/scripts\/\n/);
      assert.doesNotMatch(stage(text, name), /pkg delete/);
    }
    assert.match(stage(text, "production"), /COPY --from=dependencies \/app\/node_modules\/\.prisma /);
  });

  test("one that may fail is left alone", () => {
    const text = dockerfile(manifest({ prepare: "svelte-kit sync || echo ''" }));
    assert.doesNotMatch(text, /pkg delete/);
  });
});

describe("a workspace", () => {
  const files = {
    "package.json": json({ workspaces: ["apps/*", "packages/*"] }),
    "packages/shared/package.json": json({ name: "@desk/shared", scripts: { build: "tsup" } }),
    "apps/api/package.json": json({
      name: "api",
      scripts: { build: "nest build", "start:prod": "node dist/main", "start:dev": "nest start --watch" },
      dependencies: { "@desk/shared": "*" },
      devDependencies: { vitest: "4" },
    }),
  };
  const options = { workspace: "apps/api", command: ["node", "dist/main"] };

  test("develops with the built packages that it imports, and builds them anew when they change", () => {
    const text = dockerfile(files, options);
    assert.match(stage(text, "dev"), /npm run build --workspace packages\/shared\n/);
    const develop = planOf(files, options).develop;
    assert.deepEqual(develop?.command, ["npm", "run", "start:dev"]);
    assert.equal(develop?.debug, undefined);
    assert.deepEqual(
      develop?.watch.slice(0, 2).map(({ action, path }) => ({ action, path })),
      [
        { action: "rebuild", path: "packages/shared" },
        { action: "sync", path: "." },
      ],
    );
  });

  test("a runner that ends the old process with ps finds it", () => {
    const nest = {
      ...files,
      "apps/api/package.json": json({
        ...JSON.parse(files["apps/api/package.json"]),
        devDependencies: { "@nestjs/cli": "12" },
      }),
    };
    assert.match(
      stage(dockerfile(nest, options), "dev"),
      /apt-get install -y --no-install-recommends procps/,
    );
    assert.doesNotMatch(stage(dockerfile(nest, { ...options, variant: "alpine" }), "dev"), /procps/);
    assert.doesNotMatch(stage(dockerfile(nest, options), "production"), /procps/);
  });

  test("nothing secret and nothing of Gantry's own is synced", () => {
    const sync = planOf(files, options).develop?.watch.find(({ action }) => action === "sync");
    for (const pattern of [".gantry/", ".git/", "**/.env"])
      assert.ok(sync?.ignore?.includes(pattern), pattern);
  });

  test("ships the packages of which a member has its own version", () => {
    const lock = {
      packages: {
        "node_modules/zod": {},
        "apps/api/node_modules/zod": {},
        "packages/shared/node_modules/tsup": { dev: true },
      },
    };
    const production = stage(
      dockerfile({ ...files, "package-lock.json": json(lock) }, options),
      "production",
    );
    assert.match(production, /COPY --from=production-dependencies \/app\/apps\/api\/node_modules /);
    assert.doesNotMatch(production, /shared\/node_modules/);
  });

  test("tools write beside packages in development, and in memory in tests", () => {
    assert.match(
      stage(dockerfile(files, options), "dev"),
      /chown 1000:1000 \/app \/app\/node_modules \/app\/apps\/api \/app\/apps\/api\/node_modules/,
    );
    assert.deepEqual(planOf(files, options).testScratch, [
      "/app/apps/api/node_modules/.vite",
      "/app/apps/api/node_modules/.vite-temp",
    ]);
  });
});

test("a package that needs nothing in production has a folder of packages all the same", () => {
  const made = (dependencies: object): string =>
    stage(
      dockerfile({ "package.json": json({ name: "a", scripts: { start: "node a.js" }, dependencies }) }),
      "production-dependencies",
    );
  assert.match(made({}), /npm ci --omit=dev && \\\n\s+mkdir -p node_modules/);
  assert.doesNotMatch(made({ express: "5" }), /mkdir/);
});

test("a build that fetches is given the network, and the authorities that it trusts", () => {
  const files = { "package.json": json({ name: "a", scripts: { start: "node a.js", build: "x" } }) };
  assert.match(stage(dockerfile(files), "build"), /--network=none/);
  const open = stage(dockerfile(files, { internet: true }), "build");
  assert.doesNotMatch(open, /--network=none/);
  assert.match(open, /id=extra-ca/);
});

test("an open range of versions takes the one with long-term support", () => {
  const from = (engines: string): string | undefined =>
    planOf({
      "package.json": json({ name: "a", scripts: { start: "node a.js" }, engines: { node: engines } }),
    }).stages[0]?.from;
  assert.equal(from(">=18.17.0"), "node:24-trixie-slim");
  assert.equal(from("^22.11"), "node:22-trixie-slim");
  assert.equal(from(">=25"), "node:25-trixie-slim");
});
