import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { containersOf, podLabels, podSpec, selects } from "../../src/read/kubernetes/questions.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { at } from "../../src/read/yaml/questions.ts";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, tier: front } }
    spec:
      initContainers: [{ name: wait, image: busybox }]
      containers:
        - name: web
          image: nginx:1.29
`;

describe("Kubernetes files", () => {
  it("hold all objects of all documents and lists, with their places", () => {
    const facts = readProject(
      memoryFiles({
        "k8s/all.yaml": `# first\n---\n${deployment}---\napiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Service, metadata: { name: a } }\n  - { apiVersion: v1, kind: Service, metadata: { name: b } }\n`,
      }),
    );
    const objects = facts.kubernetesFiles[0]?.objects ?? [];
    assert.deepEqual(
      objects.map(({ kind, name, namespace, span }) => [kind, name, namespace, span.line]),
      [
        ["Deployment", "web", "shop", 4],
        ["Service", "a", undefined, 19],
        ["Service", "b", undefined, 20],
      ],
    );
  });

  it("tell containers, labels and what a selector selects", () => {
    const [object] = readProject(memoryFiles({ "web.yaml": deployment })).kubernetesFiles[0]?.objects ?? [];
    assert.ok(object);
    assert.deepEqual(
      containersOf(object).map(({ name, init, image }) => [name, init, image?.value.official]),
      [
        ["wait", true, "busybox"],
        ["web", false, "nginx"],
      ],
    );
    const selector = at(object.node, "spec", "selector", "matchLabels");
    assert.ok(selector?.kind === "map" && podSpec(object) !== undefined);
    assert.equal(selects(selector, podLabels(object)), true);
    assert.equal(selects({ ...selector, entries: [] }, podLabels(object)), false);
  });

  it("are told from data of tests, and from types with nothing beside them", () => {
    const type =
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: x }\n";
    const facts = readProject(
      memoryFiles({
        "pkg/testdata/web.yaml": deployment,
        "crds/one.yaml": type,
        "crds/two.yaml": `${type}---\n${deployment}`,
      }),
    );
    assert.deepEqual(
      facts.kubernetesFiles.map(({ path, objects }) => `${path} ${objects.length}`),
      ["crds/two.yaml 2"],
    );
    assert.match(facts.notes.join(), /testdata/);
  });

  it("are told from templates, patches and other YAML", () => {
    const facts = readProject(
      memoryFiles({
        "chart/web.yaml": deployment.replace("name: web,", "name: {{ .Release.Name }},"),
        "overlay/kustomization.yaml": "resources: [../base]\npatches:\n  - path: memory.yaml\n",
        "overlay/memory.yaml": deployment,
        "other.yaml": "kind: of\nthing: 1\n",
      }),
    );
    assert.deepEqual(facts.kubernetesFiles, []);
    assert.deepEqual(facts.problems, []);
  });
});
