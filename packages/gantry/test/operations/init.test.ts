import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { linkGantry } from "../../../../testbed/copy.ts";
import { GantryError } from "../../src/base/errors.ts";
import { initStack } from "../../src/operations/init.ts";
import { loadProject } from "../../src/operations/load.ts";

/** A project on disk, gone at the end of the scope. */
function project(files: Readonly<Record<string, string>>): Disposable & { readonly root: string } {
  const root = join(mkdtempSync(join(tmpdir(), "gantry-init-")), "shop");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, [Symbol.dispose]: () => rmSync(dirname(root), { recursive: true, force: true }) };
}

const service = JSON.stringify({
  name: "shop",
  type: "commonjs",
  scripts: { start: "node server.js" },
  dependencies: { express: "5" },
});
const files = {
  "package.json": service,
  "package-lock.json": '{ "lockfileVersion": 3, "packages": {} }',
  "server.js": 'app.get("/health", ok); app.listen(process.env.PORT ?? 4000)',
};

async function refusal(work: Promise<unknown>): Promise<GantryError> {
  const error = await work.then(
    () => assert.fail("it should have been refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError, String(error));
  return error;
}

test("writes a stack once, and says how to install what it imports", async () => {
  using place = project(files);
  const result = await initStack({ cwd: place.root, print: false });
  assert.equal(readFileSync(join(place.root, "stack.ts"), "utf8"), result.text);
  assert.deepEqual(result.problems, []);
  assert.deepEqual(result.next, ["npm install --save-dev gantry", "npx gantry up"]);

  writeFileSync(join(place.root, "stack.ts"), "// mine");
  const error = await refusal(initStack({ cwd: place.root, print: false }));
  assert.equal(error.problems[0]?.code, "GTY1909");
  assert.equal(error.exit, "usage");
  assert.equal(readFileSync(join(place.root, "stack.ts"), "utf8"), "// mine");
});

test("what it wrote loads where Gantry is installed, also in a package of CommonJS", async () => {
  using place = project(files);
  linkGantry(place.root);
  const result = await initStack({ cwd: place.root, print: false });
  assert.deepEqual(result.problems, []);
  assert.deepEqual(result.next, ["npx gantry up", "npx gantry check"]);
  const loaded = await loadProject({ cwd: place.root, typeCheck: false });
  const api = loaded.blueprint("production").services["api"];
  assert.equal(api?.port, 4000);
  assert.equal(api?.health.probe.kind, "http");
});

test("with print nothing is written, in a folder that is named and has a stack already", async () => {
  using place = project({ ...files, "stack.ts": "// mine" });
  const result = await initStack({ cwd: dirname(place.root), folder: "shop", print: true });
  assert.equal(result.written, false);
  assert.equal(readFileSync(join(place.root, "stack.ts"), "utf8"), "// mine");
  assert.equal(result.next[0], "cd shop");
});

test("what keeps it from being built is said, with what to do", async () => {
  const { "package-lock.json": _lock, ...open } = files;
  using place = project({
    ...open,
    "pnpm-lock.yaml": "",
    "compose.yaml": "services:\n  mail: { image: mailpit:1 }\n",
  });
  const result = await initStack({ cwd: place.root, print: false });
  assert.equal(result.next[0], "pnpm add --save-dev gantry");
  assert.deepEqual(result.compose.notTaken, ["mail (mailpit:1) is not in the stack."]);
  using bare = project(open);
  const { problems } = await initStack({ cwd: bare.root, print: false });
  assert.deepEqual(
    problems.map(({ code, file }) => [code, file]),
    [["GTY2103", "stack.ts"]],
  );
  assert.match(problems[0]?.fix ?? "", /npm install --package-lock-only/);
});

test("nothing to describe, and no folder, are refused without leaving anything", async () => {
  using place = project({ "README.md": "" });
  const nothing = await refusal(initStack({ cwd: place.root, print: false }));
  assert.deepEqual([nothing.problems[0]?.code, nothing.exit], ["GTY1908", "usage"]);
  assert.equal(existsSync(join(place.root, "stack.ts")), false);
  const missing = await refusal(initStack({ cwd: place.root, folder: "nowhere", print: false }));
  assert.equal(missing.problems[0]?.code, "GTY1907");
});
