import { eachObject } from "../../read/walk.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const apiVersionRemoved: Rule = {
  code: "GK022",
  name: "api-version-removed",
  family: "kubernetes",
  rank: "will-fail",
  what: "An object uses an API version that Kubernetes has removed.",
  why: "The cluster refuses it: `no matches for kind`. The versions of removal are from the Deprecated API Migration Guide of Kubernetes.",
  fix: "Use the API version that took its place; fields may have changed too.",
  aliases: [{ tool: "kube-linter", id: "no-extensions-v1beta" }],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: extensions/v1beta1
            kind: Ingress
            metadata: { name: web }
            spec: {}
          `,
        },
        at: ["web.yaml:1"],
      },
    ],
    good: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: web }
            spec: {}
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of eachObject(facts)) {
      const change = removed.find(
        ([version, kinds]) => version === object.apiVersion && kinds.includes(object.kind),
      );
      if (change === undefined) continue;
      const [version, , since, now] = change;
      yield {
        at: (at(object.node, "apiVersion") ?? object.node).span,
        message: `${titleOf(object)} cannot be created from Kubernetes ${since} on: ${version} has no ${object.kind} any more.`,
        fix:
          now === ""
            ? `${object.kind} has no successor; remove the object.`
            : `Write \`apiVersion: ${now}\`.`,
      };
    }
  },
};

/** Version, kinds, Kubernetes without it, what took its place. */
const removed: readonly (readonly [string, readonly string[], string, string])[] = [
  ["extensions/v1beta1", ["Deployment", "DaemonSet", "ReplicaSet"], "1.16", "apps/v1"],
  ["extensions/v1beta1", ["NetworkPolicy"], "1.16", "networking.k8s.io/v1"],
  ["extensions/v1beta1", ["Ingress"], "1.22", "networking.k8s.io/v1"],
  ["apps/v1beta1", ["Deployment", "StatefulSet"], "1.16", "apps/v1"],
  ["apps/v1beta2", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], "1.16", "apps/v1"],
  ["networking.k8s.io/v1beta1", ["Ingress", "IngressClass"], "1.22", "networking.k8s.io/v1"],
  [
    "rbac.authorization.k8s.io/v1beta1",
    ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
    "1.22",
    "rbac.authorization.k8s.io/v1",
  ],
  ["apiextensions.k8s.io/v1beta1", ["CustomResourceDefinition"], "1.22", "apiextensions.k8s.io/v1"],
  [
    "admissionregistration.k8s.io/v1beta1",
    ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    "1.22",
    "admissionregistration.k8s.io/v1",
  ],
  [
    "storage.k8s.io/v1beta1",
    ["StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"],
    "1.22",
    "storage.k8s.io/v1",
  ],
  ["coordination.k8s.io/v1beta1", ["Lease"], "1.22", "coordination.k8s.io/v1"],
  ["scheduling.k8s.io/v1beta1", ["PriorityClass"], "1.22", "scheduling.k8s.io/v1"],
  ["certificates.k8s.io/v1beta1", ["CertificateSigningRequest"], "1.22", "certificates.k8s.io/v1"],
  ["node.k8s.io/v1beta1", ["RuntimeClass"], "1.25", "node.k8s.io/v1"],
  ["storage.k8s.io/v1beta1", ["CSIStorageCapacity"], "1.27", "storage.k8s.io/v1"],
  ["batch/v1beta1", ["CronJob"], "1.25", "batch/v1"],
  ["policy/v1beta1", ["PodDisruptionBudget"], "1.25", "policy/v1"],
  ["policy/v1beta1", ["PodSecurityPolicy"], "1.25", ""],
  ["discovery.k8s.io/v1beta1", ["EndpointSlice"], "1.25", "discovery.k8s.io/v1"],
  ["autoscaling/v2beta1", ["HorizontalPodAutoscaler"], "1.25", "autoscaling/v2"],
  ["autoscaling/v2beta2", ["HorizontalPodAutoscaler"], "1.26", "autoscaling/v2"],
];
