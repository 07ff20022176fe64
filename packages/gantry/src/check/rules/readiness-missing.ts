import { hasAny } from "../../base/text.ts";
import { containersOf } from "../../read/kubernetes/questions.ts";
import { at, itemsOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { longRunningKinds, titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const readinessMissing: Rule = {
  code: "GK008",
  name: "readiness-missing",
  family: "kubernetes",
  rank: "hardening",
  what: "A container that serves a port has no readiness probe.",
  why: "Without one a pod gets requests from the moment its process starts: each rollout drops the requests that arrive before the server listens, and a broken version replaces the good one because it counts as ready.",
  fix: "Add a `readinessProbe` that answers once the server takes requests.",
  aliases: [{ tool: "kube-linter", id: "no-readiness-probe" }],
  examples: {
    bad: [
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
                  containers:
                    - name: web
                      image: shop/web:2
                      ports: [{ containerPort: 8000 }]
                      livenessProbe:
                        httpGet: { path: /health, port: 8000 }
          `,
        },
        at: ["web.yaml:12"],
      },
    ],
    good: [
      {
        title: "a worker serves nothing, a job is no server",
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
                  containers:
                    - name: web
                      image: shop/web:2
                      ports: [{ containerPort: 8000 }]
                      readinessProbe:
                        tcpSocket: { port: 8000 }
                    - name: worker
                      image: shop/web:2
                    - name: metrics
                      image: shop/exporter:2
                      ports: [{ name: metrics, containerPort: 9100 }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      if (!longRunningKinds.includes(object.kind)) continue;
      for (const { name, node, init } of containersOf(object)) {
        const ports = at(node, "ports");
        const serving = itemsOf(ports).filter((port) => !hasAny(nameIn(port), ["metric", "prom", "debug"]));
        if (init || ports === undefined || serving.length === 0 || at(node, "readinessProbe") !== undefined)
          continue;
        yield {
          at: ports.span,
          message: `${name} in ${titleOf(object)} gets requests before it can answer them: it has a port and no readinessProbe.`,
        };
      }
    }
  },
};

function nameIn(port: Parameters<typeof at>[0]): string {
  const name = at(port, "name");
  return name?.kind === "scalar" ? name.text : "";
}
