import { containersOf, podSpec } from "../../read/kubernetes/questions.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podNotConfined: Rule = {
  code: "GK011",
  name: "pod-not-confined",
  family: "kubernetes",
  rank: "hardening",
  what: "A container keeps rights that the `restricted` Pod Security Standard takes away.",
  why: "A stolen application can use them: set-uid programs to become root, capabilities such as `NET_RAW`, all system calls. A namespace that enforces `restricted` refuses the pod.",
  fix: "Add `allowPrivilegeEscalation: false`, `capabilities: { drop: [ALL] }` and `seccompProfile: { type: RuntimeDefault }` to the `securityContext`.",
  aliases: [
    { tool: "kube-linter", id: "privilege-escalation-container" },
    { tool: "kube-linter", id: "drop-net-raw-capability" },
    { tool: "trivy", id: "KSV-0001" },
    { tool: "trivy", id: "KSV-0003" },
    { tool: "trivy", id: "KSV-0030" },
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
                  securityContext:
                    runAsNonRoot: true
                    capabilities: { drop: [ALL] }
          `,
        },
        at: ["web.yaml:9"],
      },
    ],
    good: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              securityContext:
                runAsNonRoot: true
                seccompProfile: { type: RuntimeDefault }
              containers:
                - name: web
                  image: shop/web:2
                  securityContext:
                    allowPrivilegeEscalation: false
                    capabilities: { drop: [ALL] }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      const pod = podSpec(object);
      for (const { name, node, init } of containersOf(object)) {
        // A privileged container has a finding of its own, and none of this would hold for it.
        if (init || textAt(node, "securityContext", "privileged") === "true") continue;
        const missing = missingFor(node, pod);
        if (missing.length === 0) continue;
        yield {
          at: (at(node, "securityContext") ?? at(node, "image") ?? node).span,
          message: `${name} in ${titleOf(object)} runs without ${listed(missing)}.`,
        };
      }
    }
  },
};

function missingFor(container: YamlNode, pod: YamlNode | undefined): readonly string[] {
  const context = at(container, "securityContext");
  const dropped = itemsOf(at(context, "capabilities", "drop")).some(
    (one) => one.kind === "scalar" && one.text.toLowerCase() === "all",
  );
  const profile =
    textAt(context, "seccompProfile", "type") ??
    textAt(pod, "securityContext", "seccompProfile", "type") ??
    "Unconfined";
  return [
    ...(textAt(context, "allowPrivilegeEscalation") === "false" ? [] : ["`allowPrivilegeEscalation: false`"]),
    ...(dropped ? [] : ["`capabilities.drop: [ALL]`"]),
    ...(profile === "Unconfined" ? ["a `seccompProfile`"] : []),
  ];
}
