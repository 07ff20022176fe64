import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { diskFiles } from "../../src/read/disk-files.ts";
import { readProject } from "../../src/read/project.ts";

const run = promisify(execFile);

/** A Compose project in a folder of its own, on the real engine; gone with its volumes and images at the end of the scope. */
interface Project extends AsyncDisposable {
  write(name: string, text: string, mode?: number): void;
  compose(...words: readonly string[]): Promise<string>;
  /** Codes of what `gantry check` says. */
  check(): readonly string[];
}

async function makeProject(compose: string): Promise<Project> {
  const engine = await ensureEngine();
  await ensureImages(engine, ["debian:trixie-slim"]);
  const folder = mkdtempSync(join(tmpdir(), "gantry-claims-"));
  const name = `claims${randomBytes(4).toString("hex")}`;
  const env = { ...process.env, ...engine.env, COMPOSE_PROJECT_NAME: name };
  writeFileSync(join(folder, "compose.yaml"), compose);
  const call: Project["compose"] = async (...words) =>
    (await run("docker", ["compose", ...words], { cwd: folder, env })).stdout.trim();
  return {
    write: (file, text, mode) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text, { mode });
    },
    compose: call,
    check: () => runChecks(readProject(diskFiles(folder)), rules).findings.map(({ code }) => code),
    async [Symbol.asyncDispose]() {
      await call("down", "--volumes", "--rmi", "local");
      rmSync(folder, { recursive: true });
    },
  };
}

test("GX050: a named volume over packages keeps those of the first start", async () => {
  await using project = await makeProject(`services:
  web:
    build: .
    volumes: ["packages:/app/node_modules"]
volumes:
  packages:
`);
  project.write(
    "Dockerfile",
    `FROM debian:trixie-slim
WORKDIR /app
COPY npm /usr/local/bin/
COPY package.json ./
RUN npm ci
CMD ["ls", "/app/node_modules"]
`,
  );
  // All of npm that matters here: what is asked for lies in the folder afterwards.
  project.write("npm", "#!/bin/sh\nmkdir -p \"node_modules/$(sed -n 's/^needs //p' package.json)\"\n", 0o755);
  project.write("package.json", "needs first");
  assert.ok(project.check().includes("GX050"), project.check().join(" "));
  await project.compose("build", "--quiet");
  assert.equal(await project.compose("run", "--rm", "web"), "first");
  project.write("package.json", "needs second");
  await project.compose("build", "--quiet");
  assert.equal(await project.compose("run", "--rm", "web"), "first", "the image has the second one");
  assert.equal(await project.compose("run", "--rm", "--no-deps", "-v", "/app/node_modules", "web"), "second");
});

test("GC039: of two mounts at one path the last one counts", async () => {
  await using project = await makeProject(`services:
  db:
    image: debian:trixie-slim
    command: cat /data/name
    volumes:
      - ./one:/data
      - ./two:/data/
`);
  for (const name of ["one", "two"]) {
    project.write(`${name}/name`, name);
  }
  assert.ok(project.check().includes("GC039"), project.check().join(" "));
  assert.equal(await project.compose("run", "--rm", "db"), "two");
});
