import { podSpec } from "../../read/kubernetes/questions.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podSharesHost: Rule = {
  code: "GK013",
  name: "pod-shares-host",
  family: "kubernetes",
  rank: "hardening",
  what: "A pod shares the network, the processes or the shared memory of its node.",
  why: "With the node's processes in sight it can read their environment and signal them; with its network it reaches what listens on the node's loopback only, and network policies do not apply.",
  fix: "Remove the setting; agents that need it belong into a namespace of their own.",
  aliases: [
    { tool: "kube-linter", id: "host-network" },
    { tool: "kube-linter", id: "host-pid" },
    { tool: "kube-linter", id: "host-ipc" },
    { tool: "trivy", id: "KSV-0009" },
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
              hostPID: true
              hostNetwork: true
              containers: [{ name: agent, image: "shop/agent:2" }]
          `,
        },
        at: ["web.yaml:5", "web.yaml:6"],
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
              hostPID: false
              shareProcessNamespace: true
              containers: [{ name: agent, image: "shop/agent:2" }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      const pod = podSpec(object);
      for (const [key, what] of shared) {
        const node = at(pod, key);
        if (node === undefined || textAt(pod, key) !== "true") continue;
        yield { at: node.span, message: `${titleOf(object)} shares ${what} of its node (\`${key}: true\`).` };
      }
    }
  },
};

const shared = [
  ["hostNetwork", "the network"],
  ["hostPID", "all processes"],
  ["hostIPC", "the shared memory"],
] as const;
