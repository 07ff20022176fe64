import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeRelease } from "../../../../scripts/pack.ts";

test("what is published installs into a project of its own, and works there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-package-"));
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  try {
    const packed = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
        cwd: await makeRelease(),
        encoding: "utf8",
      }),
    ) as { filename: string }[];
    writeFileSync(join(folder, "package.json"), '{ "name": "shop", "type": "module" }');
    run("npm", "install", "--no-audit", "--no-fund", `./${packed[0]?.filename}`);
    mkdirSync(join(folder, "api"));
    writeFileSync(
      join(folder, "api/package.json"),
      '{ "name": "api", "scripts": { "start": "node server.js" } }',
    );
    writeFileSync(join(folder, "api/package-lock.json"), '{ "lockfileVersion": 3, "packages": {} }');
    writeFileSync(
      join(folder, "stack.ts"),
      'import { defineStack, node, postgres } from "gantry";\nexport default defineStack({ name: "shop", services: { db: postgres({ version: "17" }), api: { build: node({ context: "api" }), port: 3000, uses: ["db"] } } });\n',
    );
    assert.match(run("npx", "gantry", "render"), /files written/);
    assert.match(readFileSync(join(folder, "deploy/compose.yaml"), "utf8"), /shop-api/);
    assert.match(run("npx", "gantry", "check"), /Nothing found/);
    assert.match(run("npx", "gantry", "--version"), /^gantry \d/);
    // A stack that it writes itself is found to be right by loading it.
    rmSync(join(folder, "stack.ts"));
    assert.match(run("npx", "gantry", "init"), /wrote {2}stack\.ts[\s\S]*Next\n {2}npx gantry up/);
    assert.match(run("npx", "gantry", "config", "--env", "production"), /gantry-package-/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
