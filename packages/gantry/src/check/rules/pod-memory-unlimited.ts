import { containersOf } from "../../read/kubernetes/questions.ts";
import { eachObject } from "../../read/walk.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podMemoryUnlimited: Rule = {
  code: "GK009",
  name: "pod-memory-unlimited",
  family: "kubernetes",
  rank: "hardening",
  what: "A container has no memory request or no memory limit.",
  why: "Without a request the scheduler puts it on nodes that are full, and it is the first to be evicted; without a limit one leak takes the node and every pod on it.",
  fix: "Set `resources.requests.memory` to what it uses, and `resources.limits.memory` to what it may use.",
  aliases: [
    { tool: "kube-linter", id: "unset-memory-requirements" },
    { tool: "trivy", id: "KSV-0018" },
  ],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  resources:
                    requests: { memory: 128Mi }
          `,
        },
        at: ["web.yaml:9"],
      },
    ],
    good: [
      {
        title: "a limit is also a request",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  resources:
                    limits: { memory: 128Mi }
          `,
        },
      },
      {
        title: "the namespace has defaults",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: LimitRange
            metadata: { name: memory }
            spec:
              limits:
                - type: Container
                  default: { memory: 128Mi }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
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
    if (!eachObject(facts, "LimitRange").next().done) return;
    for (const { object } of workloadsOf(facts)) {
      for (const { name, node, init } of containersOf(object)) {
        if (init || at(node, "resources", "limits", "memory") !== undefined) continue;
        const resources = at(node, "resources");
        yield {
          at: (resources ?? at(node, "image") ?? node).span,
          message: `${name} in ${titleOf(object)} may take all memory of its node: it has no memory limit${at(node, "resources", "requests", "memory") === undefined ? " and no request" : ""}.`,
        };
      }
    }
  },
};
