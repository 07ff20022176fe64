import { containersOf } from "../../read/kubernetes/questions.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { portsOf, titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const probePortUnknown: Rule = {
  code: "GK004",
  name: "probe-port-unknown",
  family: "kubernetes",
  rank: "will-fail",
  what: "A probe asks a port by a name that its container does not declare.",
  why: "The probe fails every time: the container is killed again and again, or never gets traffic.",
  fix: "Use the `name` of one of the container's `ports`, or the number.",
  aliases: [
    { tool: "kube-linter", id: "liveness-port" },
    { tool: "kube-linter", id: "readiness-port" },
    { tool: "kube-linter", id: "startup-port" },
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
                  ports: [{ name: web, containerPort: 8080 }]
                  livenessProbe:
                    httpGet: { path: /health, port: http }
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
              containers:
                - name: web
                  image: shop/web:2
                  ports: [{ name: http, containerPort: 8080 }]
                  livenessProbe:
                    httpGet: { path: /health, port: http }
                  readinessProbe:
                    tcpSocket: { port: 9090 }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      const ports = portsOf(object);
      for (const container of containersOf(object)) {
        for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
          for (const way of ["httpGet", "tcpSocket"]) {
            const port = textAt(container.node, probe, way, "port");
            const node = at(container.node, probe, way, "port");
            if (port === undefined || node === undefined || /^\d*$/.test(port)) continue;
            const declared = ports.filter((one) => one.container === container.name);
            if (declared.some(({ name }) => name === port)) continue;
            yield {
              at: node.span,
              message: `The ${probe} of ${container.name} in ${titleOf(object)} asks port ${port}, which the container does not declare.`,
            };
          }
        }
      }
    }
  },
};
