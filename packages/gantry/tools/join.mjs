// Joins the sources that `gantry check`, `gantry explain` and help load into one file, dist/check.cjs: loading hundreds of
// small files takes longer than running them. bin/gantry.mjs calls this when a source is newer, so that nobody has to.
// Plain JavaScript: it is part of the start, and a CommonJS file so that V8's code cache can hold all of it.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A stack is never loaded from this file (see bin/gantry.mjs), so that what renders stacks need not be in it. */
const withoutStacks = {
  name: "without stacks",
  setup(build) {
    build.onResolve({ filter: /\/load\.ts$/ }, ({ kind, path: name }) =>
      kind === "dynamic-import" ? { path: name, external: true } : undefined,
    );
  },
};

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

/** Writes dist/check.cjs and dist/check.json, the list of its sources. Throws where esbuild is not installed. */
export async function join() {
  const { build } = await import("esbuild");
  const result = await build({
    absWorkingDir: folder,
    entryPoints: ["src/cli/start-check.ts"],
    outfile: "dist/check.cjs",
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node24",
    // Only images need it, and then a moment more does not matter.
    external: ["undici"],
    plugins: [withoutStacks, lateExamples],
    // Names as well: V8 makes every one of them anew at each start.
    minify: true,
    metafile: true,
    logLevel: "silent",
    define: { "import.meta.url": "__url" },
    banner: { js: "(function(require,__url){const exports={},module={exports};" },
    footer: { js: "return module.exports})" },
  });
  const inputs = Object.keys(result.metafile.inputs).filter((name) => name.startsWith("src/"));
  mkdirSync(path.join(folder, "dist"), { recursive: true });
  // Renamed into place, the list last: a run at the same time sees a whole file, or the old one.
  // ASCII only, also in regular expressions, which esbuild leaves as they are: V8 then needs half of the memory.
  const text = result.outputFiles[0].text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  place("check.cjs", text);
  place("check.json", JSON.stringify(["tools/join.mjs", ...inputs.sort()]));
}

function place(name, text) {
  const file = path.join(folder, "dist", name);
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await join();
