import { containersOf, podSpec } from "../../read/kubernetes/questions.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podMountsHost: Rule = {
  code: "GK014",
  name: "pod-mounts-host",
  family: "kubernetes",
  rank: "hardening",
  what: "A pod mounts a folder of its node, writable, or the container engine's socket.",
  why: "What it writes there it does to the node; data in it stays behind when the pod moves to another node. With the engine's socket it is root on the node, read-only or not.",
  fix: "Use a PersistentVolumeClaim for data, an `emptyDir` for scratch, `readOnly: true` where reading is enough.",
  aliases: [
    { tool: "kube-linter", id: "docker-sock" },
    { tool: "kube-linter", id: "sensitive-host-mounts" },
    { tool: "kube-linter", id: "writable-host-mount" },
    { tool: "trivy", id: "KSV-0023" },
    { tool: "trivy", id: "KSV-0006" },
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
                - name: agent
                  image: shop/agent:2
                  volumeMounts:
                    - { name: engine, mountPath: /var/run/docker.sock, readOnly: true }
                    - { name: files, mountPath: /data }
              volumes:
                - name: engine
                  hostPath: { path: /var/run/docker.sock }
                - name: files
                  hostPath: { path: /srv/files }
          `,
        },
        at: ["web.yaml:13", "web.yaml:15"],
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
                - name: agent
                  image: shop/agent:2
                  volumeMounts:
                    - { name: logs, mountPath: /var/log, readOnly: true }
              volumes:
                - name: logs
                  hostPath: { path: /var/log }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      for (const volume of itemsOf(at(podSpec(object), "volumes"))) {
        const path = textAt(volume, "hostPath", "path");
        const node = at(volume, "hostPath", "path");
        const name = textAt(volume, "name");
        if (path === undefined || node === undefined) continue;
        const writable = containersOf(object).some((container) =>
          itemsOf(at(container.node, "volumeMounts")).some(
            (mount) => textAt(mount, "name") === name && textAt(mount, "readOnly") !== "true",
          ),
        );
        const socket = /(?:docker|containerd|crio|podman)\.sock$/.test(path);
        if (!socket && !writable) continue;
        yield {
          at: node.span,
          message: socket
            ? `Whoever takes over ${titleOf(object)} is root on its node: it has the engine's socket ${path}.`
            : `${titleOf(object)} can write to ${path} of its node, and finds other files there on another node.`,
        };
      }
    }
  },
};
