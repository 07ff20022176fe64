import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exitCodes } from "../../src/base/errors.ts";
import { commands } from "../../src/cli/commands.ts";
import { referenceText } from "../../src/cli/reference.ts";

test("docs/cli.md says what the table of commands says; npm run docs writes it", () => {
  const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");
  assert.equal(page, referenceText());
});

test("the page names every command and every exit code", () => {
  const page = referenceText();
  for (const { name } of commands) assert.ok(page.includes(`\n## gantry ${name}\n`), name);
  for (const [name, code] of Object.entries(exitCodes))
    assert.ok(page.includes(`| ${code} | \`${name}\` |`), name);
});
