import { eachObject } from "../../read/walk.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { sameApplication, sameFolder, titleOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const autoscalerFightsReplicas: Rule = {
  code: "GK016",
  name: "autoscaler-fights-replicas",
  family: "kubernetes",
  rank: "hardening",
  what: "A workload with an autoscaler has a fixed number of replicas.",
  why: "Each `kubectl apply` sets the number back: under load, a deploy stops most of the pods at the worst moment, and the autoscaler has to find them again.",
  fix: "Remove `spec.replicas` from the workload.",
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
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
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: { name: web }
            spec:
              scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
              maxReplicas: 20
          `,
        },
        at: ["web.yaml:5"],
      },
    ],
    good: [
      {
        title: "variants, of which another one has the autoscaler",
        files: {
          "canary/plain/web.yaml":
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: 2 }\n",
          "canary/scaled/web.yaml":
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: {}\n",
          "canary/scaled/scaler.yaml": dedent`
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: { name: web }
            spec:
              scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
              maxReplicas: 20
          `,
        },
      },
      {
        files: {
          "web.yaml": dedent`
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: { name: web }
            spec:
              scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
              maxReplicas: 20
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const scalers = [...eachObject(facts, "HorizontalPodAutoscaler")].map(({ object }) => object);
    const workloads = [...eachObject(facts, "Deployment", "StatefulSet")].map(({ object }) => object);
    for (const object of workloads) {
      const replicas = at(object.node, "spec", "replicas");
      if (replicas === undefined) continue;
      const scaler = scalers.find(
        (one) =>
          textAt(one.node, "spec", "scaleTargetRef", "name") === object.name &&
          textAt(one.node, "spec", "scaleTargetRef", "kind") === object.kind &&
          sameApplication(one, object),
      );
      if (scaler === undefined) continue;
      // Variants in folders of their own use the same names: the autoscaler is for the one beside it.
      const beside = workloads.some(
        (one) => one.name === object.name && sameFolder(one.span.file, scaler.span.file),
      );
      if (beside && !sameFolder(object.span.file, scaler.span.file)) continue;
      yield {
        at: replicas.span,
        message: `Every apply sets ${titleOf(object)} back to ${textAt(replicas) ?? "its"} replicas, against its autoscaler ${scaler.name}.`,
        related: [{ at: scaler.span, message: titleOf(scaler) }],
      };
    }
  },
};
