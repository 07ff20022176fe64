import { containersOf } from "../../read/kubernetes/questions.ts";
import { folderOf } from "../../read/paths.ts";
import { eachObject } from "../../read/walk.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import {
  labelsAt,
  portsOf,
  sameNamespace,
  selects,
  titleOf,
  type Workload,
  workloadsOf,
} from "../insight/pods.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

const deployment = (port: string): string => dedent`
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
            ports: [{ containerPort: ${port} }]
`;

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
        title: "a number beside the declared one, and variants of a workload",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports: [{ name: http, port: 80 }, { name: https, port: 443 }]
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: debug }
            spec:
              selector: { app: web }
              ports: [{ port: 5005 }]
          `,
          "plain.yaml": deployment("80"),
          "debug.yaml": deployment("5005"),
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
      const ports = itemsOf(at(object.node, "spec", "ports"));
      for (const port of ports) {
        const node = at(port, "targetPort") ?? at(port, "port");
        const target = targetOf(port);
        if (node === undefined || target === undefined || isUndeclaredBeside(behind, ports, target)) continue;
        // Several are variants, of which one is applied, or share the work.
        const [wrong] = behind;
        if (wrong === undefined || !behind.every(({ object: workload }) => lacks(workload, target))) continue;
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

function targetOf(port: YamlNode): string | undefined {
  return textAt(port, "targetPort") ?? textAt(port, "port");
}

/** Whether a port is a number beside one that a container declares: who declares the main one often leaves out the others. */
function isUndeclaredBeside(
  behind: readonly Workload[],
  ports: readonly YamlNode[],
  target: string,
): boolean {
  if (!isNumber(target)) return false;
  return behind.some(({ object }) => {
    const declared = portsOf(object).map(({ port }) => `${port}`);
    return !declared.includes(target) && ports.some((port) => declared.includes(targetOf(port) ?? ""));
  });
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Whether a workload surely has no such port. A number needs no declaration, so only a lone container that declares one other counts. */
function lacks(workload: Parameters<typeof portsOf>[0], target: string): boolean {
  const ports = portsOf(workload);
  if (isNumber(target)) {
    const containers = containersOf(workload).filter(({ init }) => !init);
    return containers.length === 1 && ports.length === 1 && ports[0]?.port !== Number(target);
  }
  return !ports.some(({ name }) => name === target);
}
