import type { KubernetesObject } from "../../read/kubernetes/model.ts";
import { eachObject } from "../../read/walk.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { sameApplication, sameNamespace } from "../insight/pods.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const ingressBackendMissing: Rule = {
  code: "GK023",
  name: "ingress-backend-missing",
  family: "kubernetes",
  rank: "will-fail",
  what: "An Ingress sends requests to a port that its Service does not have.",
  why: "The controller finds no backend and answers every such request with 503.",
  fix: "Write the `port` (or its name) of the Service; the container's port belongs into the Service's `targetPort`.",
  aliases: [{ tool: "kube-linter", id: "dangling-ingress" }],
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
              ports: [{ port: 80, targetPort: 8080 }]
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: web }
            spec:
              rules:
                - http:
                    paths:
                      - path: /
                        pathType: Prefix
                        backend:
                          service:
                            name: web
                            port: { number: 8080 }
          `,
        },
        at: ["web.yaml:20"],
      },
    ],
    good: [
      {
        title: "a Service of that name in another example of a collection",
        files: {
          "one/ingress.yaml": dedent`
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: web }
            spec:
              defaultBackend:
                service: { name: web, port: { number: 80 } }
          `,
          "two/web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports: [{ port: 3000 }]
          `,
        },
      },
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Service
            metadata: { name: web }
            spec:
              selector: { app: web }
              ports: [{ name: http, port: 80, targetPort: 8080 }]
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: web }
            spec:
              defaultBackend:
                service: { name: web, port: { name: use-annotation } }
              rules:
                - http:
                    paths:
                      - path: /
                        pathType: Prefix
                        backend:
                          service: { name: web, port: { name: http } }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const services = [...eachObject(facts, "Service")].map(({ object }) => object);
    for (const { object } of eachObject(facts, "Ingress")) {
      for (const backend of backendsOf(object)) {
        const name = textAt(backend, "service", "name");
        const wanted = ["number", "name"].flatMap((key) => {
          const node = at(backend, "service", "port", key);
          const value = textAt(backend, "service", "port", key);
          return node === undefined || value === undefined ? [] : [{ node, value, key }];
        })[0];
        // Overlays patch a Service of the same name: any of them may have the port.
        const named = services.filter((one) => one.name === name && sameNamespace(one, object));
        const service = named.find((one) => sameApplication(one, object));
        if (wanted === undefined || service === undefined) continue;
        const ports = named.flatMap((one) => itemsOf(at(one.node, "spec", "ports")));
        const key = wanted.key === "number" ? "port" : "name";
        // The AWS controller takes it from an annotation.
        if (wanted.value === "use-annotation") continue;
        if (ports.length === 0 || ports.some((port) => textAt(port, key) === wanted.value)) continue;
        const has = ports.map((port) =>
          [textAt(port, "port"), textAt(port, "name")].filter((one) => one !== undefined).join(" "),
        );
        yield {
          at: wanted.node.span,
          message: `Ingress ${object.name} sends to port ${wanted.value} of Service ${service.name}, which has ${listed([...new Set(has)])}.`,
          related: [{ at: service.span, message: `Service ${service.name}` }],
        };
      }
    }
  },
};

function backendsOf(object: KubernetesObject): readonly ReturnType<typeof at>[] {
  return [
    at(object.node, "spec", "defaultBackend"),
    ...itemsOf(at(object.node, "spec", "rules")).flatMap((rule) =>
      itemsOf(at(rule, "http", "paths")).map((path) => at(path, "backend")),
    ),
  ];
}
