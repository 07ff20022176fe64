// Writes the pages of docs/ that are made from the code. `--check` writes nothing and fails when one is out of date.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { referenceText } from "../packages/gantry/src/cli/reference.ts";
import { rulePages } from "./rule-pages.ts";
import { stackReference } from "./stack-reference.ts";

const pages: Readonly<Record<string, () => string>> = {
  "cli.md": referenceText,
  "stack.md": stackReference,
  ...rulePages(),
};

const docs = new URL("../docs/", import.meta.url);
const check = process.argv.includes("--check");
const stale: string[] = [];
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, docs);
  if (existsSync(file) && readFileSync(file, "utf8") === text()) continue;
  if (check) stale.push(name);
  else {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, text());
  }
}
// Pages of rules that are gone.
for (const name of globSync("rules/*.md", { cwd: docs })) {
  if (pages[name] !== undefined) continue;
  if (check) stale.push(name);
  else rmSync(new URL(name, docs));
}
if (stale.length > 0) {
  process.stderr.write(`out of date in docs/: ${stale.join(", ")}; run npm run docs\n`);
  process.exitCode = 1;
}
