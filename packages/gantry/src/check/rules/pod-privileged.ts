import { containersOf } from "../../read/kubernetes/questions.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { capabilityName, strongCapabilities } from "../insight/capabilities.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podPrivileged: Rule = {
  code: "GK012",
  name: "pod-privileged",
  family: "kubernetes",
  rank: "hardening",
  what: "A container runs privileged, or with a capability that is as good.",
  why: "It is root on its node in all but name: devices, kernel modules, every other pod of the node.",
  fix: "Remove it, and give the one capability or device that is needed.",
  aliases: [
    { tool: "kube-linter", id: "privileged-container" },
    { tool: "trivy", id: "KSV-0017" },
    { tool: "trivy", id: "KSV-0005" },
  ],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: agent }
            spec:
              containers:
                - name: one
                  image: shop/agent:2
                  securityContext:
                    privileged: true
                - name: two
                  image: shop/agent:2
                  securityContext:
                    capabilities:
                      add: [SYS_ADMIN]
          `,
        },
        at: ["web.yaml:9", "web.yaml:14"],
      },
    ],
    good: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: agent }
            spec:
              containers:
                - name: one
                  image: shop/agent:2
                  securityContext:
                    privileged: false
                    capabilities:
                      drop: [ALL]
                      add: [NET_BIND_SERVICE]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      for (const { name, node } of containersOf(object)) {
        const privileged = at(node, "securityContext", "privileged");
        if (privileged !== undefined && textAt(node, "securityContext", "privileged") === "true") {
          yield {
            at: privileged.span,
            message: `${name} in ${titleOf(object)} is root on its node: it runs privileged.`,
          };
        }
        for (const added of itemsOf(at(node, "securityContext", "capabilities", "add"))) {
          const capability = added.kind === "scalar" ? capabilityName(added.text) : "";
          if (!strongCapabilities.has(capability)) continue;
          yield {
            at: added.span,
            message: `${name} in ${titleOf(object)} can take over its node: it has ${capability}.`,
          };
        }
      }
    }
  },
};
