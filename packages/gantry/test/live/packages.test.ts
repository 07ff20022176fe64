import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { freePort, startSample } from "../../../../testbed/sample.ts";

const fixtures = fileURLToPath(new URL("fixtures/packages", import.meta.url));

/** What each package answers with; every one needs a dependency that only its lock file names. */
const services: Readonly<Record<string, string>> = {
  "npm-app": 'node({ context: "npm" })',
  "pnpm-app": 'node({ context: "pnpm" })',
  "npm-workspace": 'node({ context: "npmws", workspace: "apps/api" })',
  "pnpm-workspace": 'node({ context: "pnpmws", workspace: "apps/api" })',
};

test("npm and pnpm, alone and in workspaces, built or as they are, and a page alone: each is built, runs and answers", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-packages-"));
  try {
    cpSync(fixtures, folder, { recursive: true });
    linkGantry(folder);
    const ports = new Map<string, string>();
    for (const name of [...Object.keys(services), "page"]) ports.set(name, await freePort());
    const lines = Object.entries(services).map(
      ([name, build]) => `    "${name}": { build: ${build}, port: 3000, publish: ${ports.get(name)} },`,
    );
    const name = `packages-${randomBytes(3).toString("hex")}`;
    writeFileSync(
      join(folder, "stack.ts"),
      `import { defineStack, node, site } from "gantry";
export default defineStack({
  name: "${name}",
  services: {
${lines.join("\n")}
    page: { build: site({ context: "page" }), port: 8080, health: "/health", publish: ${ports.get("page")} },
  },
});
`,
    );
    await using running = await startSample(folder);
    for (const name of Object.keys(services)) {
      assert.equal(await (await fetch(`http://127.0.0.1:${ports.get(name)}/`)).text(), "ok 172800000", name);
    }
    const page = `http://127.0.0.1:${ports.get("page")}`;
    const index = await fetch(page, { headers: { "accept-encoding": "gzip" } });
    assert.equal(index.headers.get("content-encoding"), "gzip");
    assert.match(index.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
    assert.equal((await fetch(`${page}/a/path/of/the/application`)).status, 200);
    assert.equal((await fetch(`${page}/assets/missing.js`)).status, 404);
    // Nothing of development is in what runs.
    const { out } = await running.gantry(["exec", "npm-workspace", "ls", "/app", "/app/packages/lib"]);
    assert.doesNotMatch(out, /src\.js/);
    const { out: report } = await running.gantry(["verify", "--calm"]);
    assert.match(report, /0 failed/);
    await running.gantry(["down", "--volumes"]);
    // In development a workspace's package runs in its own folder, too.
    const workspaces = ["npm-workspace", "pnpm-workspace"];
    await running.gantry(["up", "--env", "dev", ...workspaces]);
    try {
      for (const service of workspaces)
        assert.equal(await (await fetch(`http://127.0.0.1:${ports.get(service)}/`)).text(), "ok 172800000");
    } finally {
      await running.gantry(["down", "--volumes", "--env", "dev"]);
    }
    const images = [
      ...[...Object.keys(services), "page"].map((service) => `${name}-${service}:latest`),
      ...workspaces.map((service) => `${name}-${service}:dev`),
    ];
    await running.docker("image", "rm", ...images);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
