import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchRule } from "../../src/blueprint/plan.ts";
import { memoryFiles } from "../../src/index.ts";
import { below, syncPlan, uninteresting } from "../../src/operations/sync-plan.ts";
import { pythonRecipe } from "../../src/recipes/python/index.ts";
import { rustRecipe } from "../../src/recipes/rust/index.ts";
import { sampleBlueprint, sampleService } from "./sample-blueprint.ts";

const rules: readonly WatchRule[] = [
  {
    action: "sync",
    path: "server",
    target: "/app",
    ignore: ["node_modules/", "dist", "**/*.log", "!keep.log"],
  },
  { action: "rebuild", path: "server/package.json" },
  { action: "sync+restart", path: "conf", target: "/etc/app/" },
];
const stack = sampleBlueprint("parcel", [
  sampleService("api", { develop: { watch: rules } }),
  sampleService("worker", { develop: { watch: rules.slice(0, 1) } }),
  sampleService("db"),
]);

test("a path stands below its rule unless it is ignored", () => {
  const rule = rules[0] as WatchRule;
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["server/src/a.ts", "src/a.ts"],
    ["server", ""],
    ["serverless/a.ts", undefined],
    ["server/node_modules", undefined],
    ["server/node_modules/x/y.js", undefined],
    ["server/src/node_modules", "src/node_modules"],
    ["server/dist/a.js", undefined],
    ["server/src/debug.log", undefined],
    ["server/keep.log", "keep.log"],
    ["server/src/.a.ts.swp", undefined],
    ["server/src/a.ts~", undefined],
    ["server/.git/index", undefined],
  ];
  for (const [path, inner] of cases) assert.equal(below(rule, path), inner, path);
  assert.equal(below({ ...rule, path: "." }, "src/a.ts"), "src/a.ts");
});

test("changes are synced to each service that wants them, and a rebuild makes its syncs needless", () => {
  const plan = syncPlan(stack, ["api", "worker"], ["server/src/a.ts"]);
  assert.deepEqual(
    plan.map((action) => [action.kind, action.service, action.kind === "sync" ? [...action.files] : []]),
    [
      ["sync", "api", [["server/src/a.ts", "/app/src/a.ts"]]],
      ["sync", "worker", [["server/src/a.ts", "/app/src/a.ts"]]],
    ],
  );
  const rebuild = syncPlan(stack, ["api", "worker"], ["server/src/a.ts", "server/package.json"]);
  assert.deepEqual(
    rebuild.map(({ kind, service }) => [kind, service]),
    [
      ["rebuild", "api"],
      ["sync", "worker"],
    ],
  );
  const restart = syncPlan(stack, ["api"], ["conf/app.conf"])[0];
  assert.ok(restart?.kind === "sync" && restart.restart);
  assert.deepEqual([...restart.files], [["conf/app.conf", "/etc/app/app.conf"]]);
  assert.deepEqual(syncPlan(stack, ["api"], ["README.md", "server/dist/a.js"]), []);
});

test("folders above a rule's path are entered, those that nobody wants are not", () => {
  const skip = (path: string): boolean => uninteresting(stack, ["api", "worker"], path);
  assert.deepEqual(
    ["", "server", "server/src", "server/node_modules", "server/dist", "docs", "conf"].map(skip),
    [false, false, false, true, true, true, false],
  );
});

test("what tools leave beside the sources restarts nothing, wherever it lies", () => {
  const rule = (
    recipe: typeof pythonRecipe | typeof rustRecipe,
    files: Record<string, string>,
  ): WatchRule => {
    const result = recipe.plan({ files: memoryFiles(files), options: {}, image: "api", path: "x" });
    assert.ok("plan" in result, JSON.stringify(result.problems));
    return result.plan.develop?.watch[0] as WatchRule;
  };
  const python = rule(pythonRecipe, {
    "pyproject.toml": '[project]\nname = "a"\n[project.scripts]\na = "a:b"\n[build-system]\nrequires = []\n',
    "uv.lock": "version = 1\n",
  });
  const rust = rule(rustRecipe, {
    "Cargo.toml": '[package]\nname = "a"\nversion = "1.0.0"\n',
    "Cargo.lock": 'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\n',
    "src/main.rs": "",
  });
  for (const path of [".gantry/a-dev.lock", "deploy/compose.yaml", "stack.ts", "web/node_modules/a.js"])
    for (const sources of [python, rust]) assert.equal(below(sources, path), undefined, path);
  for (const path of [
    "orders/__pycache__/a.pyc",
    "orders/.pytest_cache/v",
    ".coverage",
    "db.sqlite3-journal",
  ])
    assert.equal(below(python, path), undefined, path);
  assert.equal(below(python, "orders/views.py"), "orders/views.py");
  assert.equal(below(rust, "src/main.rs"), "src/main.rs");
});
