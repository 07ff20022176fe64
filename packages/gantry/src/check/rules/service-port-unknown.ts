import { containersOf } from "../../read/kubernetes/questions.ts";
import { folderOf } from "../../read/paths.ts";
import { eachObject } from "../../read/walk.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { labelsAt, portsOf, sameNamespace, selects, titleOf, workloadsOf } from "../insight/pods.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const servicePortUnknown: Rule = {
  code: "GK003",
  name: "service-port-unknown",
  family: "kubernetes",
  rank: "will-fail",
  what: "A Service sends traffic to a port that its pods do not have.",
  why: "A port by name that no container declares gets no traffic at all; a number that nothing listens on refuses every connection.",
  fix: "Write the `containerPort` (or its name) of the pods as `targetPort`.",
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports:
                - port: 80
                  targetPort: 3000
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector:
                matchLabels: { app: web }
              template:
                metadata:
                  labels: { app: web }
                spec:
                  containers:
                    - name: web
                      image: shop/web:2
                      ports: [{ name: http, containerPort: 8080 }]
          `,
        },
        at: ["web.yaml:8"],
      },
    ],
    good: [
      {
        title: "a number that a container with several ports need not declare",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports: [{ port: 14268 }]
            ---
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
                      ports: [{ containerPort: 16686 }, { containerPort: 9411 }]
`,
        },
      },
      {
        title: "by name; and a container that declares nothing",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports: [{ port: 80, targetPort: http }]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              selector:
                matchLabels: { app: web }
              template:
                metadata:
                  labels: { app: web }
                spec:
                  containers:
                    - name: web
                      image: shop/web:2
                      ports: [{ name: http, containerPort: 8080 }]
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: mail }
            spec:
              selector: { app: mail }
              ports: [{ port: 25, targetPort: 2525 }]
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: mail, labels: { app: mail } }
            spec:
              containers: [{ name: mail, image: "shop/mail:2" }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    // Objects of one folder are applied together; grouped, so that a large repository costs no square.
    const byFolder = Map.groupBy(workloadsOf(facts), ({ path }) => folderOf(path));
    for (const { file, object } of eachObject(facts, "Service")) {
      const selector = labelsAt(object.node, "spec", "selector");
      const behind = (byFolder.get(folderOf(file.path)) ?? []).filter(
        (one) => sameNamespace(object, one.object) && selects(selector, one.labels),
      );
      for (const port of itemsOf(at(object.node, "spec", "ports"))) {
        const node = at(port, "targetPort") ?? at(port, "port");
        const target = textAt(port, "targetPort") ?? textAt(port, "port");
        if (node === undefined || target === undefined || behind.length === 0) continue;
        const wrong = behind.find(({ object: workload }) => lacks(workload, target));
        if (wrong === undefined) continue;
        const has = portsOf(wrong.object).map(({ name, port: number }) =>
          name === undefined ? `${number}` : `${number} (${name})`,
        );
        yield {
          at: node.span,
          message: `Service ${object.name} sends to port ${target}, but ${titleOf(wrong.object)} ${has.length === 0 ? "names no port" : `has ${listed(has)}`}.`,
          related: [{ at: wrong.object.span, message: titleOf(wrong.object) }],
        };
      }
    }
  },
};

/** Whether a workload surely has no such port. A number needs no declaration, so only a lone container that declares one other counts. */
function lacks(workload: Parameters<typeof portsOf>[0], target: string): boolean {
  const ports = portsOf(workload);
  if (/^\d+$/.test(target)) {
    const containers = containersOf(workload).filter(({ init }) => !init);
    return containers.length === 1 && ports.length === 1 && ports[0]?.port !== Number(target);
  }
  return !ports.some(({ name }) => name === target);
}
