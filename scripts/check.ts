// `npm run check`: types, style, dead code and generated pages; everything that needs no engine and no test.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Each check: what it is called, and its command; programs come from node_modules/.bin. */
const checks: readonly (readonly [string, readonly string[]])[] = [
  ["types", ["node_modules/.bin/tsc", "--project", "."]],
  ["declarations of the packages", ["node_modules/.bin/tsc", "--project", "tsconfig.packages.json"]],
  ["format and lint", ["node_modules/.bin/biome", "check", "--error-on-warnings", "."]],
  ["dead code", ["node_modules/.bin/knip"]],
  ["the runtime's package is built", ["node_modules/.bin/tsc", "--project", "packages/runtime"]],
  ["form of the runtime's package", ["node_modules/.bin/publint", "packages/runtime", "--strict"]],
  ["generated pages", [process.execPath, "scripts/docs.ts", "--check"]],
];

/** Runs every check and prints what fails; the names of both kinds. */
export function runChecks(): { readonly passed: readonly string[]; readonly failed: readonly string[] } {
  const passed: string[] = [];
  const failed: string[] = [];
  for (const [name, [program = "", ...args]] of checks) {
    const result = spawnSync(program, args, {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, FORCE_COLOR: "0" },
    });
    (result.status === 0 ? passed : failed).push(name);
    console.log(`${result.status === 0 ? "✔" : "✖"} ${name}`);
    if (result.status !== 0)
      console.log(`${result.stdout}${result.stderr}${result.error?.message ?? ""}`.replaceAll(/^/gm, "  "));
  }
  return { passed, failed };
}

if (import.meta.main) process.exitCode = runChecks().failed.length === 0 ? 0 : 1;
