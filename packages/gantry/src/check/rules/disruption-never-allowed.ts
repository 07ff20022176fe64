import { eachObject } from "../../read/walk.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { labelsAt, replicasOf, sameApplication, selects, titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const disruptionNeverAllowed: Rule = {
  code: "GK017",
  name: "disruption-never-allowed",
  family: "kubernetes",
  rank: "will-fail",
  what: "A PodDisruptionBudget wants all pods of a workload to run at all times.",
  why: "No pod may ever be evicted: `kubectl drain` waits without end, and upgrades of nodes stop at it.",
  fix: "Write `maxUnavailable: 1`, and run at least two replicas.",
  aliases: [
    { tool: "kube-linter", id: "pdb-min-available" },
    { tool: "kube-linter", id: "pdb-max-unavailable" },
  ],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: { name: web }
            spec:
              minAvailable: 2
              selector: { matchLabels: { app: web } }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 2
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
          `,
        },
        at: ["web.yaml:5"],
      },
      {
        title: "100 %",
        files: {
          "web.yaml": dedent`
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: { name: web }
            spec:
              minAvailable: 100%
              selector: { matchLabels: { app: web } }
          `,
        },
      },
    ],
    good: [
      {
        title: "one may go; or an autoscaler keeps more",
        files: {
          "web.yaml": dedent`
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: { name: web }
            spec:
              minAvailable: 1
              selector: { matchLabels: { app: web } }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 2
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const workloads = workloadsOf(facts);
    const scaled = new Set(
      [...eachObject(facts, "HorizontalPodAutoscaler")].map(({ object }) =>
        textAt(object.node, "spec", "scaleTargetRef", "name"),
      ),
    );
    for (const { object } of eachObject(facts, "PodDisruptionBudget")) {
      const least = at(object.node, "spec", "minAvailable");
      const most = at(object.node, "spec", "maxUnavailable");
      const text = textAt(object.node, "spec", "minAvailable");
      if (least !== undefined && text === "100%") {
        yield {
          at: least.span,
          message: `${titleOf(object)} allows no eviction at all (\`minAvailable: 100%\`).`,
        };
      } else if (most !== undefined && /^0%?$/.test(textAt(most) ?? "")) {
        yield {
          at: most.span,
          message: `${titleOf(object)} allows no eviction at all (\`maxUnavailable: ${textAt(most)}\`).`,
        };
      } else if (least !== undefined && /^\d+$/.test(text ?? "")) {
        const selector = labelsAt(object.node, "spec", "selector", "matchLabels");
        const covered = workloads.filter(
          (one) => sameApplication(one.object, object) && selects(selector, one.labels),
        );
        const pods =
          covered.length === 1 && covered[0] !== undefined ? replicasOf(covered[0].object) : undefined;
        const workload = covered[0]?.object;
        if (workload === undefined || pods === undefined || scaled.has(workload.name) || Number(text) < pods)
          continue;
        yield {
          at: least.span,
          message: `${titleOf(object)} wants ${text} pods of ${titleOf(workload)}, which has ${pods}: no eviction is ever allowed.`,
          related: [{ at: workload.span, message: titleOf(workload) }],
        };
      }
    }
  },
};
