import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { freePort, startSample } from "../../../../testbed/sample.ts";

const fixtures = fileURLToPath(new URL("fixtures/python", import.meta.url));
const python = "python:3.13-slim-trixie";
const managers = ["pip", "uv", "poetry"] as const;

/** uv writes where packages come from into its lock file, so that each network has its own: it is made here and now. */
async function lockWithUv(folder: string): Promise<void> {
  const engine = await ensureEngine();
  await ensureImages(engine, [python]);
  const authorities = "/etc/ssl/certs/ca-certificates.crt";
  execFileSync(
    "docker",
    [
      ...["run", "--rm", "--volume", `${folder}:/project`, "--workdir", "/project"],
      ...["--volume", `${authorities}:/authorities:ro`, "--env", "PIP_CERT=/authorities"],
      ...["--env", "SSL_CERT_FILE=/authorities", "--env", "HOME=/tmp"],
      // As who runs the test: what it writes is theirs to remove.
      ...["--user", `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`, python, "sh", "-c"],
      "pip install --quiet --disable-pip-version-check --target /tmp/uv uv && /tmp/uv/bin/uv lock",
    ],
    { env: { ...process.env, ...engine.env }, stdio: ["ignore", "ignore", "inherit"] },
  );
}

test("pip, uv and Poetry: each is built from its lock file, runs and answers, without what only development needs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-python-"));
  try {
    cpSync(fixtures, folder, { recursive: true });
    linkGantry(folder);
    await lockWithUv(join(folder, "uv"));
    assert.match(readFileSync(join(folder, "uv/uv.lock"), "utf8"), /name = "humanize"/);
    const ports = await Promise.all(managers.map(freePort));
    const lines = managers.map(
      (manager, index) =>
        `    ${manager}: { build: python({ context: "${manager}", command: ["python", "main.py"] }), port: 8000, health: "/", publish: ${ports[index]} },`,
    );
    const name = `python-${randomBytes(3).toString("hex")}`;
    writeFileSync(
      join(folder, "stack.ts"),
      `import { defineStack, python } from "gantry";
export default defineStack({
  name: "${name}",
  services: {
${lines.join("\n")}
  },
});
`,
    );
    await using running = await startSample(folder);
    for (const [index, manager] of managers.entries()) {
      assert.equal(
        await (await fetch(`http://127.0.0.1:${ports[index]}/`)).text(),
        "ok 172,800,000",
        manager,
      );
      const imports = (module: string): Promise<{ code: number }> =>
        running.gantry(["exec", manager, "python", "-c", `import ${module}`], { mayFail: true });
      assert.equal((await imports("humanize")).code, 0, manager);
      assert.notEqual((await imports("iniconfig")).code, 0, manager);
    }
    await running.gantry(["down", "--volumes"]);
    await running.docker("image", "rm", ...managers.map((manager) => `${name}-${manager}:latest`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
