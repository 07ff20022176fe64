import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Writes the list of rules from the folder, so that adding a rule is adding a file. `--check` only compares. */
const folder = new URL("../packages/gantry/src/check/rules/", import.meta.url);
const found = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && name !== "index.ts")
  .flatMap((name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const symbol = /^export const (\w+): Rule = \{/m.exec(text)?.[1];
    const code = /^ {2}code: "(\w+)",$/m.exec(text)?.[1];
    return symbol === undefined || code === undefined ? [] : [{ name, symbol, code }];
  });
const byCode = found.toSorted((a, b) => (a.code < b.code ? -1 : 1));
const text = `import type { Rule } from "../types.ts";
${found.map(({ name, symbol }) => `import { ${symbol} } from "./${name}";`).join("\n")}

/** All rules, sorted by code. Written by scripts/list-rules.ts; a test holds the folder and the list together. */
export const rules: readonly Rule[] = [
${byCode.map(({ symbol }) => `  ${symbol},`).join("\n")}
];
`;
const target = new URL("index.ts", folder);
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  process.stderr.write("The list of rules is not what the folder holds: run node scripts/list-rules.ts\n");
  process.exitCode = 1;
}
