import { eachObject } from "../../read/walk.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { labelsAt, sameFolder, sameNamespace, selects, titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const serviceSelectsNothing: Rule = {
  code: "GK002",
  name: "service-selects-nothing",
  family: "kubernetes",
  rank: "will-fail",
  what: "A Service selects labels that no pod of the project has, though a workload has its name.",
  why: "A Service without pods behind it refuses every connection.",
  fix: "Write the labels of the pods in `spec.selector`.",
  aliases: [{ tool: "kube-linter", id: "dangling-service" }],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: website }
              ports: [{ port: 80 }]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector:
                matchLabels: { app: web }
              template:
                metadata:
                  labels: { app: web }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
          `,
        },
        at: ["web.yaml:5"],
      },
    ],
    good: [
      {
        title: "pods that are not in the project",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: mail }
            spec:
              selector: { app: mail }
              ports: [{ port: 25 }]
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports: [{ port: 80 }]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector:
                matchLabels: { app: web }
              template:
                metadata:
                  labels: { app: web, version: "2" }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const workloads = workloadsOf(facts);
    for (const { file, object } of eachObject(facts, "Service")) {
      const selector = at(object.node, "spec", "selector");
      if (selector === undefined) continue;
      const wanted = labelsAt(selector);
      if (wanted.size === 0 || workloads.some(({ labels }) => selects(wanted, labels))) continue;
      const near = workloads.filter(
        (workload) => sameNamespace(object, workload.object) && sameFolder(file.path, workload.path),
      );
      // Pods may come from elsewhere; a workload of the same name shows that its pods were meant.
      const meant = near.find((workload) => workload.object.name === object.name);
      if (meant === undefined) continue;
      const [name, value] = [...wanted].find(([key, one]) => meant.labels.get(key) !== one) ?? ["", ""];
      const actual = meant.labels.get(name);
      yield {
        at: selector.span,
        message: `Service ${object.name} has no pods: it selects ${name}=${value}, and those of ${titleOf(meant.object)} have ${actual === undefined ? `no label ${name}` : `${name}=${actual}`}.`,
        related: [{ at: meant.object.span, message: titleOf(meant.object) }],
      };
    }
  },
};
