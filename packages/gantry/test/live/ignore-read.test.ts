import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { parseIgnoreFile } from "../../src/read/ignore/parse.ts";
import { isIgnored } from "../../src/read/ignore/questions.ts";
import { connectHere } from "./here.ts";

/** What the builds are sent from. */
const paths: readonly string[] = [
  ".env",
  ".env.local",
  ".git/config",
  "#note",
  "!bang",
  "README.md",
  "UPPER.TXT",
  "a b.txt",
  "a.txt",
  "b.txt",
  "ab.txt",
  "build/out.js",
  "dist/index.js",
  "dist/keep/me.js",
  "docs/README.md",
  "docs/a/b/c.txt",
  "docs/a/d.md",
  "foo/bar/baz/qux",
  "node_modules/x/index.js",
  "src/[id].ts",
  "src/app.test.ts",
  "src/app.ts",
  "src/node_modules/y.js",
  "src/x/y/z.test.ts",
  "star*.txt",
  "tmp-1/x",
  "tmp-2/x",
  "tmp/x",
];

const ignoreFiles: readonly string[] = [
  "*",
  "*\n!src",
  "*\n!src/**",
  "*\n!src/app.ts",
  "*\n!docs/a/b/c.txt",
  "*\n!**/*.md",
  "**",
  "**\n!docs",
  "**/*.md",
  "*.md",
  "/*.md",
  "**/*.md\n!README.md",
  "*.md\n!README.md\n*.md",
  "!README.md\n*.md",
  "docs",
  "docs/",
  "/docs",
  "./docs",
  "docs/*",
  "docs/**",
  "docs/**/c.txt",
  "docs/*/c.txt",
  "docs/a/..",
  "docs/../src",
  "docs//a",
  "docs\n!docs/a/b",
  "docs/\n!docs/a/b/",
  "**/node_modules",
  "node_modules",
  "**/node_modules/**",
  "**/node_modules/\n!src/node_modules",
  "**/*.test.ts",
  "src/**/*.test.ts",
  "src/*.test.ts",
  "src/**",
  "src/**\n!src/app.ts",
  "src\n!src/app.ts",
  ".env*",
  ".*",
  "**/.*",
  ".git",
  "?.txt",
  "??.txt",
  "[ab].txt",
  "[a-b].txt",
  "[^a].txt",
  "a?b.txt",
  "a b.txt",
  "  docs  ",
  "# docs\nsrc",
  " # docs\nsrc",
  "\\#note",
  "\\!bang",
  "! README.md\n*.md",
  "*.md\n! README.md",
  "tmp*",
  "tmp-?",
  "tmp-*/x",
  "*/x",
  "**/x",
  "foo/**/qux",
  "foo/**/baz",
  "**/baz",
  "foo/bar\n!foo/bar/baz/qux",
  "star\\*.txt",
  "src/\\[id\\].ts",
  "src/[[]id].ts",
  "upper.txt",
  "*.TXT",
  "\uFEFFdocs\nsrc",
  "docs\r\nsrc\r\n",
  "\n\n\ndocs\n\n",
  "dist\n!dist/keep",
  "dist/**\n!dist/keep/**",
  "dist/*\n!dist/keep",
  ".\n!src",
  "/",
  "**/",
  "a*.txt",
  "*b.txt",
];

const folder = mkdtempSync(join(tmpdir(), "gantry-ignore-"));
const name = (index: number): string => `case-${index}`;

/** One build for each ignore file, all at once, of which each writes down what it was sent. */
describe(".dockerignore, as BuildKit reads it", () => {
  before(async () => {
    const engine = await connectHere();
    await engine[Symbol.asyncDispose]();
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const path of paths) write(`context/${path}`, "x");
    const targets = Object.fromEntries(
      ignoreFiles.map((text, index) => {
        write(`${name(index)}.Dockerfile`, "FROM scratch\nCOPY . /\n");
        write(`${name(index)}.Dockerfile.dockerignore`, text);
        const dockerfile = join(folder, `${name(index)}.Dockerfile`);
        const dest = join(folder, "out", name(index));
        return [
          name(index),
          { context: join(folder, "context"), dockerfile, output: [`type=local,dest=${dest}`] },
        ];
      }),
    );
    write(
      "bake.json",
      JSON.stringify({ group: { default: { targets: Object.keys(targets) } }, target: targets }),
    );
    const ended = spawnSync("docker", ["buildx", "bake", "--file", join(folder, "bake.json")], {
      encoding: "utf8",
      env: { ...process.env, BUILDX_BAKE_ENTITLEMENTS_FS: "0" },
    });
    assert.equal(ended.status, 0, ended.stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [index, text] of ignoreFiles.entries()) {
    it(`${JSON.stringify(text)} leaves out what it leaves out there`, () => {
      const file = parseIgnoreFile(".dockerignore", text);
      assert.deepEqual(file.problems, []);
      const expected = paths.filter((path) => !isIgnored(file, path));
      assert.deepEqual(filesIn(join(folder, "out", name(index))), expected.toSorted());
    });
  }
});

function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
