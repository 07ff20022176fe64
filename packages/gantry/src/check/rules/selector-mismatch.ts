import { eachObject } from "../../read/walk.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { labelsAt, longRunningKinds, podTemplate, selects, titleOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const selectorMismatch: Rule = {
  code: "GK001",
  name: "selector-mismatch",
  family: "kubernetes",
  rank: "will-fail",
  what: "A workload selects labels that its own pods do not have.",
  why: "The cluster refuses the object: `selector does not match template labels`.",
  fix: "Give `spec.selector.matchLabels` and `spec.template.metadata.labels` the same labels.",
  aliases: [{ tool: "kube-linter", id: "mismatching-selector" }],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector:
                matchLabels: { app: web }
              template:
                metadata:
                  labels: { app: website }
                spec:
                  containers:
                    - name: web
                      image: shop/web:2
          `,
        },
        at: ["web.yaml:6"],
      },
    ],
    good: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector:
                matchLabels: { app: web }
              template:
                metadata:
                  labels: { app: web, tier: front }
                spec:
                  containers:
                    - name: web
                      image: shop/web:2
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of eachObject(facts, ...longRunningKinds)) {
      const selector = at(object.node, "spec", "selector", "matchLabels");
      const template = podTemplate(object);
      if (selector === undefined || template === undefined) continue;
      const wanted = labelsAt(selector);
      const labels = labelsAt(template, "metadata", "labels");
      if (wanted.size === 0 || selects(wanted, labels)) continue;
      const [name, value] = [...wanted].find(([key, one]) => labels.get(key) !== one) ?? ["", ""];
      const actual = labels.get(name);
      yield {
        at: selector.span,
        message: `${titleOf(object)} selects ${name}=${value}, but its pods have ${actual === undefined ? `no label ${name}` : `${name}=${actual}`}.`,
        related: [
          { at: (at(template, "metadata", "labels") ?? template).span, message: "the labels of its pods" },
        ],
      };
    }
  },
};
