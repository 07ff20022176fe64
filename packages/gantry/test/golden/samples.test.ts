import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { environmentNames } from "../../src/blueprint/plan.ts";
import { loadProject } from "../../src/operations/load.ts";

const samples = fileURLToPath(new URL("../../../../samples/", import.meta.url));

/** Whether Docker's command line is here; the files are checked without it too, but not by the tools that read them. */
const docker = spawnSync("docker", ["compose", "version"]).status === 0 && spawnSync("docker", ["buildx", "version"]).status === 0;
const skip = docker || process.env["CI"] !== undefined ? false : "no docker command with Compose and Buildx";

// A folder with a stack is a sample: adding one adds its tests.
for (const file of globSync("*/stack.ts", { cwd: samples }).sort()) {
  const folder = join(samples, dirname(file));
  describe(`samples/${dirname(file)}`, async () => {
    const project = await loadProject({ cwd: folder, typeCheck: false });
    const files = project.files();

    test("its files are what the stack renders, no more and no fewer", () => {
      const deploy = join(folder, project.blueprint("dev").output);
      const present = globSync("**/*", { cwd: deploy, withFileTypes: true, exclude: (entry) => entry.name === ".gantry" })
        .concat(globSync("**/.*", { cwd: deploy, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
      assert.deepEqual([...new Set(present)].sort(), [...files.keys()].sort());
      for (const [path, content] of files) assert.equal(readFileSync(join(folder, path), "utf8"), content, path);
    });

    for (const environment of environmentNames) {
      const compose = environment === "dev" ? "compose.yaml" : `compose.${environment}.yaml`;
      test(`Compose accepts ${compose}`, { skip }, () => {
        const env = { ...process.env, ...Object.fromEntries(Object.keys(project.blueprint(environment).secrets).map((name) => [name, "x"])) };
        const output = execFileSync("docker", ["compose", "--file", `deploy/${compose}`, "config", "--format", "json"], { cwd: folder, encoding: "utf8", env });
        const { services } = JSON.parse(output) as { services: Record<string, unknown> };
        const expected = Object.values(project.blueprint(environment).services).filter((service) => service.role !== "test");
        assert.deepEqual(Object.keys(services).sort(), expected.map((service) => service.name).sort());
      });

      test(`Bake accepts the group ${environment}`, { skip }, () => {
        const output = execFileSync("docker", ["buildx", "bake", "--file", "deploy/docker-bake.hcl", environment, "--print"], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        const { target } = JSON.parse(output) as { target: Record<string, { tags: string[]; dockerfile: string }> };
        assert.deepEqual(
          Object.values(target).map((entry) => entry.tags[0]).sort(),
          Object.values(project.blueprint(environment).images).map((image) => `${image.repository}:${project.blueprint(environment).registry.defaultTag}`).sort(),
        );
      });
    }
  });
}
