// How the joined file imports a stack's file. A module of its own, which Node's own loader runs.
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const place = Symbol.for("gantry.entry");

/**
 * Imports a stack's file. What it imports as `gantry` is what runs already, where it is this package: a second one would
 * cost its loading, and its errors would not be known as ours.
 */
export async function importStack(href, publicEntry, packageFolder) {
  const entry = await publicEntry();
  if (globalThis[place] === undefined) {
    globalThis[place] = entry;
    const names = Object.keys(entry).filter((name) => name !== "default");
    const source = `const entry = globalThis[Symbol.for("gantry.entry")];\nexport const { ${names.join(", ")} } = entry;\n`;
    const own = ["src/index.ts", "dist/index.js"].map(
      (file) => pathToFileURL(join(packageFolder, file)).href,
    );
    registerHooks({
      load: (url, context, next) =>
        own.includes(url) ? { format: "module", source, shortCircuit: true } : next(url, context),
    });
  }
  return import(href);
}
