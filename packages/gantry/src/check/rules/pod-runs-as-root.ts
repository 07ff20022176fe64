import { containersOf, podSpec } from "../../read/kubernetes/questions.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { isRoot } from "../dockerfile/users.ts";
import { builtStageOf } from "../insight/built-images.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podRunsAsRoot: Rule = {
  code: "GK010",
  name: "pod-runs-as-root",
  family: "kubernetes",
  rank: "hardening",
  what: "A container runs as root, or nothing keeps it from doing so.",
  why: "Root in a container is root for every file that is mounted into it and for every hole in the kernel. The cluster takes the user of the image unless `runAsNonRoot` or `runAsUser` says otherwise.",
  fix: "Add `securityContext: { runAsNonRoot: true }`; the cluster then refuses to start the image as root.",
  aliases: [
    { tool: "kube-linter", id: "run-as-non-root" },
    { tool: "trivy", id: "KSV-0012" },
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
          `,
        },
        at: ["web.yaml:7"],
      },
      {
        title: "the container takes back what the pod says",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              securityContext: { runAsUser: 1000 }
              containers:
                - name: web
                  image: shop/web:2
                  securityContext:
                    runAsUser: 0
          `,
        },
        at: ["web.yaml:10"],
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
              securityContext: { runAsNonRoot: true }
              containers:
                - name: web
                  image: shop/web:2
          `,
        },
      },
      {
        title: "the project builds the image with a user",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                image: shop/web:2
          `,
          Dockerfile: dedent`
            FROM node:22-slim
            USER node
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      const pod = podSpec(object);
      for (const { name, node, init } of containersOf(object)) {
        if (init) continue;
        const user = at(node, "securityContext", "runAsUser") ?? at(pod, "securityContext", "runAsUser");
        const text = user?.kind === "scalar" ? user.text : undefined;
        if (text !== undefined && user !== undefined) {
          if (text !== "0") continue;
          yield { at: user.span, message: `${name} in ${titleOf(object)} runs as root (\`runAsUser: 0\`).` };
          continue;
        }
        if (isTrue(node, pod)) continue;
        const image = textAt(node, "image");
        const built = image === undefined ? undefined : builtStageOf(facts, image);
        const builtUser = built?.config.user?.value;
        if (builtUser !== undefined && !isRoot(builtUser)) continue;
        yield {
          at: (at(node, "image") ?? node).span,
          message: `Nothing keeps ${name} in ${titleOf(object)} from running as root.`,
        };
      }
    }
  },
};

/** Whether `runAsNonRoot` holds for a container: its own setting, else the pod's. */
function isTrue(container: YamlNode, pod: YamlNode | undefined): boolean {
  const own = textAt(container, "securityContext", "runAsNonRoot");
  return (own ?? textAt(pod, "securityContext", "runAsNonRoot")) === "true";
}
