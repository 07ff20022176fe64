import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import type { ProjectFiles } from "../../src/read/facts.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { partsOf } from "../../src/read/parts.ts";
import { readProject } from "../../src/read/project.ts";
import { seedFiles, seedNames } from "./seeds.ts";

/** `CODE FILE:LINE message` of all that is found, part by part when they are given. */
function found(
  files: ProjectFiles,
  parts: readonly (ReturnType<typeof partsOf>[number] | undefined)[],
): readonly string[] {
  return parts
    .flatMap((part) => runChecks(readProject(files, part), rules).findings)
    .map(({ code, file, line, message }) => `${code} ${file}:${line} ${message}`)
    .sort();
}

function overFiles(files: ProjectFiles, path: string, text: string): ProjectFiles {
  const texts = Object.fromEntries(files.list().map((one) => [one, files.read(one) ?? ""]));
  return memoryFiles({ ...texts, [path]: text });
}

describe("a project that is read in parts", () => {
  const seeds = Object.fromEntries(
    seedNames.flatMap((name) =>
      Object.entries(seedFiles(name)).map(([path, text]) => [`${name}/${path}`, text]),
    ),
  );

  it("gives the findings of the whole, whatever hangs together", () => {
    const files = memoryFiles(seeds);
    const parts = partsOf(files, 1);
    assert.ok(parts.length > 1, `${parts.length} parts`);
    assert.deepEqual(found(files, parts), found(files, [undefined]));
  });

  it("keeps a Compose file with all that it names, and an image with those who use it", () => {
    const files = memoryFiles({
      "deploy/compose.yaml":
        "services:\n  api:\n    build: { context: ../api, dockerfile: docker/Dockerfile.prod }\n    image: shop/api\n    env_file: ../env/api.env\n",
      "api/docker/Dockerfile.prod": "FROM scratch\n",
      "api/.dockerignore": "*\n",
      "env/api.env": "A=1\n",
      "jobs/Dockerfile": "FROM registry.example/shop/api:1\n",
      "k8s/api.yaml": "apiVersion: v1\nkind: Pod\nspec: { containers: [{ name: a, image: other }] }\n",
      "k8s/more/b.yaml": "apiVersion: v1\nkind: Service\n",
      "alone/Dockerfile": "FROM scratch\n",
      "ci.yml": "on: push\n",
    });
    assert.deepEqual(
      partsOf(files, 1).map(({ paths }) => paths),
      [
        ["alone/Dockerfile"],
        [
          "api/.dockerignore",
          "api/docker/Dockerfile.prod",
          "deploy/compose.yaml",
          "env/api.env",
          "jobs/Dockerfile",
        ],
        ["k8s/api.yaml"],
        ["k8s/more/b.yaml"],
      ],
    );
  });

  it("keeps a Dockerfile that is built from the top with the .dockerignore there", () => {
    const files = memoryFiles({
      ".dockerignore": "**/.env\n",
      "start.sh": "#!/bin/sh\n",
      "deploy/Dockerfile": "FROM scratch\nCOPY start.sh /\n",
      "other/Dockerfile": "FROM scratch\nCOPY start.sh /\n",
      "other/start.sh": "#!/bin/sh\n",
    });
    assert.deepEqual(
      partsOf(files, 1).map(({ paths }) => paths),
      [[".dockerignore", "deploy/Dockerfile"], ["other/Dockerfile"]],
    );
  });

  it("keeps manifests that mean one another by a name, labels or a path, and no others", () => {
    const files = memoryFiles({
      "a/deployment.yaml":
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    metadata:\n      labels:\n        app: web # its name\n        part-of: shop\n    spec:\n      containers:\n        - name: main\n          envFrom:\n            - { configMapRef: { name: web-settings } }\n",
      "b/service.yaml":
        "apiVersion: v1\nkind: Service\nmetadata: { name: front }\nspec:\n  selector: { app: web, part-of: shop }\n",
      "c/config.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    part-of: shop\n  name: web-settings\n",
      "d/kustomization.yaml":
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n  - path: ../e/patch.yaml\n",
      "e/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: other\n",
      "f/pod.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: alone\n  labels:\n    part-of: shop\nspec:\n  containers:\n    - name: main\n",
    });
    assert.deepEqual(
      partsOf(files, 1).map(({ paths }) => paths),
      [
        ["a/deployment.yaml", "b/service.yaml", "c/config.yaml"],
        ["d/kustomization.yaml", "e/patch.yaml"],
        ["f/pod.yaml"],
      ],
    );
    const unclear = overFiles(files, "g/list.yaml", "apiVersion: v1\nkind: List\nitems: [{\n}]\n");
    assert.deepEqual(
      partsOf(unclear, 1).map(({ paths }) => paths.length),
      [7],
    );
  });

  it("knows the names that Compose files of other parts define", () => {
    const files = memoryFiles({
      "a/compose.yaml": "services:\n  web:\n    image: nginx\n    networks: [shared]\n    depends_on: [db]\n",
      "b/compose.yaml": "services:\n  db:\n    image: postgres\nnetworks:\n  shared: {}\n",
    });
    const codes = partsOf(files, 1).flatMap((part) =>
      runChecks(readProject(files, part), rules).findings.map(({ code }) => code),
    );
    assert.ok(!codes.includes("GC001") && !codes.includes("GC004"), codes.join(" "));
  });
});
