// Joins the sources into one file, dist/gantry.cjs: loading hundreds of small files takes longer than running them. What
// only looks at files, and help, has a smaller one, dist/look.cjs. bin/gantry.mjs calls this when a source is newer, so that nobody has to.
// Plain JavaScript: it is part of the start, and a CommonJS file so that V8's code cache can hold all of it.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Examples of rules are worked out when somebody asks for them, which `check` never does: a tenth of its start. */
const lateExamples = {
  name: "late examples",
  setup(build) {
    build.onLoad({ filter: /[\\/]check[\\/]rules[\\/].*\.ts$/ }, ({ path: file }) => {
      const contents = readFileSync(file, "utf8").replace(
        /^ {2}examples: (\{\n.*?^ {2}\}),$/ms,
        (_, examples) => `  get examples() { return ${examples}; },`,
      );
      return { contents, loader: "ts" };
    });
  },
};

/** A stack's file is imported by Node's own loader, which only a module that was not joined can reach. */
const stacksApart = {
  name: "stacks apart",
  setup(build) {
    build.onLoad({ filter: /[\\/]engine[\\/]import-stack\.ts$/ }, ({ path: file }) => {
      const source = readFileSync(file, "utf8");
      const contents = source.replace("await import(href)", "await __importStack(href)");
      if (contents === source) throw new Error(`${file} imports a stack in another way than this expects`);
      return { contents, loader: "ts" };
    });
  },
};

/** `check` and `explain` alone, and nothing that loads a stack: half of the file. */
const looksOnly = {
  name: "looks only",
  setup(build) {
    build.onLoad({ filter: /[\\/]cli[\\/]command-modules\.ts$/ }, ({ path: file }) => ({
      contents: readFileSync(file, "utf8").replace(/^ {2}(?!check:|explain:)\w+: .*\n/gm, ""),
      loader: "ts",
    }));
    build.onResolve({ filter: /(operations\/|^\.\.\/)(load|index)\.ts$/ }, ({ kind, path: name }) =>
      kind === "dynamic-import" ? { path: name, external: true } : undefined,
    );
  },
};

/** The files that are made. */
export const joinedFiles = ["gantry", "look"];

/**
 * Writes dist/NAME.cjs, its source map, and the list of its sources, of one of {@link joinedFiles}. Throws where esbuild is
 * not installed.
 */
export async function join(name) {
  const { build } = await import("esbuild");
  const result = await build({
    absWorkingDir: folder,
    entryPoints: ["src/cli/start.ts"],
    outfile: `dist/${name}.cjs`,
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node24",
    // A script that is no module has no import of its own; what is not joined is Node's, and required.
    supported: { "dynamic-import": false },
    plugins: name === "look" ? [looksOnly, stacksApart, lateExamples] : [stacksApart, lateExamples],
    // Names as well: V8 makes every one of them anew at each start. Lines end, so that a place in a trace says something.
    minify: true,
    lineLimit: 200,
    sourcemap: "external",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
    define: { "import.meta.url": "__url" },
    banner: { js: "(function(require,__url,__importStack){const exports={},module={exports};" },
    footer: { js: "return module.exports})" },
  });
  const inputs = Object.keys(result.metafile.inputs).filter((input) => input.startsWith("src/"));
  mkdirSync(path.join(folder, "dist"), { recursive: true });
  // Renamed into place, the list last: a run at the same time sees a whole file, or the old one.
  // ASCII only, also in regular expressions, which esbuild leaves as they are: V8 then needs half of the memory.
  const made = (ending) => result.outputFiles.find(({ path: file }) => file.endsWith(ending)).text;
  const text = made(".cjs").replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  // V8 compares no more than lengths when it takes a code cache, and files that npm installs are all equally old.
  const fingerprint = createHash("sha256").update(text).digest("hex").slice(0, 16);
  place(`${name}.cjs`, `//${fingerprint}\n${text}`);
  const map = JSON.parse(made(".map"));
  place(`${name}.cjs.map`, JSON.stringify({ ...map, mappings: `;${map.mappings}` }));
  place(`${name}.json`, JSON.stringify(["tools/join.mjs", ...inputs.sort()]));
}

function place(name, text) {
  const file = path.join(folder, "dist", name);
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await Promise.all(joinedFiles.map(join));
