// `npm run pack`: makes packages/gantry/release, the folder that is published: JavaScript and types instead of sources.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = `${root}packages/gantry/`;

/** Builds the folder anew and returns its path. */
export async function makeRelease(): Promise<string> {
  const release = `${source}release/`;
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release);
  execFileSync(`${root}node_modules/.bin/tsc`, ["--project", `${source}tsconfig.release.json`], {
    stdio: "inherit",
  });
  // The command line starts from joined files.
  const joiner = (await import(new URL("../packages/gantry/tools/join.mjs", import.meta.url).href)) as {
    readonly joinedFiles: readonly string[];
    join(name: string): Promise<void>;
  };
  for (const name of joiner.joinedFiles) {
    await joiner.join(name);
    for (const file of [`${name}.cjs`, `${name}.cjs.map`])
      cpSync(`${source}dist/${file}`, `${release}dist/${file}`);
  }
  cpSync(`${source}bin`, `${release}bin`, { recursive: true });
  cpSync(`${root}LICENSE`, `${release}LICENSE`);
  cpSync(`${root}README.md`, `${release}README.md`);
  const { name, version, description, license, type, engines, bin, dependencies } = JSON.parse(
    readFileSync(`${source}package.json`, "utf8"),
  ) as Record<string, unknown>;
  const manifest = {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin,
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    files: ["bin", "dist"],
    dependencies,
  };
  writeFileSync(`${release}package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  return release;
}

if (import.meta.main) console.log(await makeRelease());
