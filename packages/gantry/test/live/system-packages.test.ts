import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { baseImages } from "../../../../testbed/base-images.ts";
import { linkGantry } from "../../../../testbed/copy.ts";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { GantryError } from "../../src/base/errors.ts";
import { findImage } from "../../src/engine/resources.ts";
import { build } from "../../src/operations/build.ts";
import { loadProject } from "../../src/operations/load.ts";
import { connectHere } from "./here.ts";

const files: Readonly<Record<string, string>> = {
  "py/requirements.txt": "",
  "js/package.json": '{ "name": "js", "version": "1.0.0", "main": "main.js" }\n',
  "js/package-lock.json":
    '{ "name": "js", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": { "": { "name": "js", "version": "1.0.0" } } }\n',
  "js/main.js": "",
  "rs/Cargo.toml": '[package]\nname = "rs"\nversion = "0.1.0"\nedition = "2024"\n',
  "rs/Cargo.lock": 'version = 4\n\n[[package]]\nname = "rs"\nversion = "0.1.0"\n',
  "rs/src/main.rs": "fn main() {}\n",
  "own/Dockerfile": "FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y gantry-none-such\n",
};

const idle = 'health: { none: "never runs" }';

const stack = (name: string): string => `import { defineStack, dockerfile, node, python, rust } from "gantry";
export default defineStack({
  name: "${name}",
  services: {
    py: { build: python({ context: "py", packages: ["tini", "gantry-neither", "gantry-none-such"], command: ["python"] }), ${idle} },
    js: { build: node({ context: "js", packages: ["gantry-none-such"] }), ${idle} },
    rs: { build: rust({ context: "rs", buildPackages: ["gantry-none-such"] }), ${idle} },
    own: { build: dockerfile({ context: "own" }), command: ["true"], ${idle} },
  },
});
`;

test("a system package that does not exist is named, with its place in the stack and in the Dockerfile, by every recipe", async () => {
  const name = `missing-${randomBytes(4).toString("hex")}`;
  const root = mkdtempSync(join(tmpdir(), "gantry-missing-"));
  try {
    for (const [path, text] of Object.entries({ ...files, "stack.ts": stack(name) })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    linkGantry(root);
    const project = await loadProject({ cwd: root, typeCheck: false });
    await ensureImages(await ensureEngine(), baseImages(project));
    await using engine = await connectHere();
    const failure = async (image: string): Promise<GantryError> => {
      const { signal } = new AbortController();
      const context = { project, environment: "production", emit: () => {}, signal } as const;
      const error = await build(context, { images: [image] }).catch((reason: unknown) => reason);
      assert.ok(error instanceof GantryError, String(error));
      assert.equal(error.exit, "buildFailed");
      assert.equal(await findImage(engine, `${name}-${image}:latest`), undefined);
      return error;
    };

    const { problems } = await failure("py");
    assert.deepEqual(
      problems.map(({ code, what, path }) => [code, what, path]),
      [
        [
          "GTY4006",
          "Building py failed: there is no package gantry-neither",
          "services.py.build.packages[1]",
        ],
        [
          "GTY4006",
          "Building py failed: there is no package gantry-none-such",
          "services.py.build.packages[2]",
        ],
      ],
    );
    assert.match(problems[0]?.file ?? "", /py\.Dockerfile$/);
    assert.match(problems[0]?.fix ?? "", /docker run --rm python:3\.13-slim-trixie .*apt-cache search/);
    assert.deepEqual(problems[0]?.evidence, ["E: Unable to locate package gantry-neither"]);

    assert.equal((await failure("js")).problems[0]?.path, "services.js.build.packages[0]");
    assert.equal((await failure("rs")).problems[0]?.path, "services.rs.build.buildPackages[0]");

    const own = (await failure("own")).problems[0];
    assert.equal(own?.what, "Building own failed: there is no package gantry-none-such");
    assert.match(own?.file ?? "", /own\/Dockerfile$/);
    assert.equal(own?.line, 2);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
