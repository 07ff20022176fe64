// Writes the pages of docs/ that are made from the code. `--check` writes nothing and fails when one is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { referenceText } from "../packages/gantry/src/cli/reference.ts";
import { stackReference } from "./stack-reference.ts";

const pages: Readonly<Record<string, () => string>> = {
  "cli.md": referenceText,
  "stack.md": stackReference,
};

const check = process.argv.includes("--check");
const stale: string[] = [];
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(`../docs/${name}`, import.meta.url);
  if (!check) writeFileSync(file, text());
  else if (readFileSync(file, "utf8") !== text()) stale.push(name);
}
if (stale.length > 0) {
  process.stderr.write(`out of date in docs/: ${stale.join(", ")}; run npm run docs\n`);
  process.exitCode = 1;
}
