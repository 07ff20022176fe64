import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BuildPlan } from "../../../src/blueprint/plan.ts";
import { memoryFiles, type node } from "../../../src/index.ts";
import { nodeRecipe } from "../../../src/recipes/node.ts";
import type { PlanResult } from "../../../src/recipes/types.ts";
import { renderDockerfile } from "../../../src/render/dockerfile.ts";

const plan = (files: Record<string, string>, options: Parameters<typeof node>[0] = {}): PlanResult =>
  nodeRecipe.plan({ files: memoryFiles(files), options, image: "api", path: "services.api.build" });
const sound = (result: PlanResult): BuildPlan => {
  assert.ok("plan" in result, JSON.stringify(result.problems));
  return result.plan;
};
const dockerfile = (files: Record<string, string>, options: Parameters<typeof node>[0] = {}): string =>
  renderDockerfile(sound(plan(files, options)), "stack.ts");
const manifest = (rest: object = {}): string =>
  JSON.stringify({ name: "api", scripts: { start: "node server.js" }, ...rest });

describe("node", () => {
  test("finds npm and pnpm by the lock file", () => {
    assert.match(dockerfile({ "package.json": manifest(), "package-lock.json": "" }), /npm ci --omit=dev/);
    const pnpm = dockerfile({
      "package.json": manifest({ packageManager: "pnpm@10.4.1" }),
      "pnpm-lock.yaml": "",
    });
    assert.match(pnpm, /npm install --global pnpm@10\.4\.1/);
    assert.match(pnpm, /pnpm install --frozen-lockfile --prod/);
  });

  test("a changed source line keeps the dependencies' layer", () => {
    const text = dockerfile({
      "package.json": manifest({ scripts: { start: "node dist/x.js", build: "tsc" } }),
      "package-lock.json": "",
    });
    assert.ok(text.indexOf("npm ci") < text.indexOf("COPY . "), text);
  });

  test("takes Node's version from where people keep it", () => {
    const from = (files: Record<string, string>): string | undefined =>
      sound(plan({ "package.json": manifest(), "package-lock.json": "", ...files })).stages[0]?.from;
    assert.equal(from({}), "node:24-trixie-slim");
    assert.equal(from({ ".nvmrc": "v22.11.0\n" }), "node:22.11.0-trixie-slim");
    assert.equal(
      from({ "package.json": manifest({ engines: { node: ">=22.5 <25" } }) }),
      "node:22-trixie-slim",
    );
    assert.equal(
      sound(plan({ "package.json": manifest(), "package-lock.json": "", ".nvmrc": "20" }, { version: "24" }))
        .stages[0]?.from,
      "node:24-trixie-slim",
    );
  });

  test("copies the tarballs that the manifest installs from", () => {
    const text = dockerfile({
      "package.json": manifest({ dependencies: { lib: "file:vendor/lib-1.0.0.tgz" } }),
      "package-lock.json": "",
      "vendor/lib-1.0.0.tgz": "x",
    });
    assert.match(text, /COPY vendor\/lib-1\.0\.0\.tgz \.\/vendor\//);
  });

  test("a workspace installs and ships what one package needs, dependencies built first", () => {
    const files = {
      "package.json": manifest({ workspaces: ["packages/*", "apps/*"], scripts: {} }),
      "package-lock.json": "",
      "packages/lib/package.json": JSON.stringify({ name: "@acme/lib", scripts: { build: "tsc" } }),
      "packages/other/package.json": JSON.stringify({ name: "@acme/other", scripts: { build: "tsc" } }),
      "apps/api/package.json": JSON.stringify({
        name: "@acme/api",
        scripts: { build: "tsc", start: "node dist/server.js" },
        dependencies: { "@acme/lib": "*" },
      }),
    };
    const text = dockerfile(files, { workspace: "apps/api" });
    assert.match(text, /COPY packages\/other\/package\.json \.\/packages\/other\//);
    assert.match(text, /npm run build --workspace packages\/lib && npm run build --workspace apps\/api/);
    assert.match(text, /COPY --from=build \/app\/packages\/lib\/dist \/app\/packages\/lib\/dist/);
    assert.doesNotMatch(text, /other\/dist/);
    assert.match(text, /npm ci --omit=dev --workspace apps\/api/);
  });

  test("a pnpm workspace is deployed flat", () => {
    const files = {
      "package.json": manifest({ scripts: {} }),
      "pnpm-lock.yaml": "",
      "pnpm-workspace.yaml": "packages:\n  - 'apps/*'  # ours\n  - \"packages/**\"\n",
      "packages/a/lib/package.json": JSON.stringify({ name: "@acme/lib" }),
      "apps/api/package.json": JSON.stringify({
        name: "@acme/api",
        scripts: { start: "node server.js" },
        dependencies: { "@acme/lib": "workspace:*" },
      }),
    };
    const text = dockerfile(files, { workspace: "apps/api" });
    assert.match(text, /COPY packages\/a\/lib\/package\.json/);
    assert.match(text, /pnpm --filter "\{apps\/api\}" --prod --legacy deploy \/out/);
    assert.match(text, /COPY --from=deploy \/out \/app/);
  });

  test("development runs the sources where Node can, and is built anew where it cannot", () => {
    const files = {
      "package.json": manifest({ scripts: { build: "tsc", start: "node dist/a/server.js" } }),
      "package-lock.json": "",
      "src/a/server.ts": "",
      "src/types.d.ts": "",
    };
    const erasable = sound(
      plan({ ...files, "tsconfig.json": '{ "compilerOptions": { "erasableSyntaxOnly": true } }' }),
    );
    assert.deepEqual(erasable.develop?.sources, { "dist/a/server.js": "src/a/server.ts" });
    assert.deepEqual(erasable.develop?.command, ["node", "--watch", "src/a/server.ts"]);
    const other = sound(plan(files));
    assert.deepEqual(
      other.develop?.watch.map((rule) => rule.action),
      ["rebuild"],
    );
    assert.equal(other.stages.find((stage) => stage.name === "dev")?.from, "build");
  });

  const mistakes: readonly (readonly [string, PlanResult, string, RegExp])[] = [
    ["no package.json", plan({}), "GTY2101", /context/],
    ["a broken package.json", plan({ "package.json": "{" }), "GTY2102", /not valid JSON/],
    ["no lock file", plan({ "package.json": manifest() }), "GTY2103", /npm install --package-lock-only/],
    [
      "a lock file of another tool",
      plan({ "package.json": manifest(), "bun.lock": "" }),
      "GTY2103",
      /bun\.lock/,
    ],
    [
      "a package that the workspace lacks",
      plan(
        { "package.json": manifest({ workspaces: ["a"] }), "package-lock.json": "", "a/package.json": "{}" },
        { workspace: "b" },
      ),
      "GTY2104",
      /Its packages are a/,
    ],
    [
      "nothing to start",
      plan({ "package.json": manifest({ scripts: { start: "a && b" } }), "package-lock.json": "" }),
      "GTY2105",
      /command/,
    ],
  ];
  for (const [name, result, code, words] of mistakes) {
    test(`says what is wrong: ${name}`, () => {
      const problem = result.problems?.[0];
      assert.equal(problem?.code, code);
      assert.match(`${problem?.what} ${problem?.why} ${problem?.fix}`, words);
      assert.ok(!("plan" in result));
    });
  }
});
