import { containersOf } from "../../read/kubernetes/questions.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const probesIdentical: Rule = {
  code: "GK007",
  name: "probes-identical",
  family: "kubernetes",
  rank: "hardening",
  what: "The liveness probe asks the same question as the readiness probe, and gives up just as fast.",
  why: "Readiness answers no when the container is busy or waits for a database: it should get no traffic for a while. With the same probe for liveness it is killed at that moment instead, and all replicas with it.",
  fix: "Let liveness ask something that only a restart cures, or give it a higher `failureThreshold` than readiness.",
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
                  livenessProbe:
                    httpGet: { path: /health, port: 8080 }
                  readinessProbe:
                    httpGet: { path: /health, port: 8080 }
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
              containers:
                - name: web
                  image: shop/web:2
                  livenessProbe:
                    httpGet: { path: /health, port: 8080 }
                    failureThreshold: 10
                  readinessProbe:
                    httpGet: { path: /health, port: 8080 }
                - name: other
                  image: shop/other:2
                  livenessProbe:
                    httpGet: { path: /live, port: 8080 }
                  readinessProbe:
                    httpGet: { path: /ready, port: 8080 }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      for (const { name, node } of containersOf(object)) {
        const live = at(node, "livenessProbe");
        const ready = at(node, "readinessProbe");
        if (live === undefined || ready === undefined || questionOf(live) !== questionOf(ready)) continue;
        if (patienceOf(live) > patienceOf(ready)) continue;
        yield {
          at: live.span,
          message: `${name} in ${titleOf(object)} is killed as soon as it is not ready: liveness and readiness ask the same.`,
          related: [{ at: ready.span, message: "the readiness probe" }],
        };
      }
    }
  },
};

/** What a probe asks, as text that is equal for equal questions. */
function questionOf(probe: YamlNode): string {
  return JSON.stringify(["httpGet", "tcpSocket", "exec", "grpc"].map((way) => plain(at(probe, way))));
}

function plain(node: YamlNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === "scalar") return node.text;
  if (node.kind === "list") return node.items.map(plain);
  return node.entries
    .map(({ key, value }) => [key, plain(value)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** Seconds of failing probes until it acts; the defaults are 3 probes, 10 s apart. */
function patienceOf(probe: YamlNode): number {
  return Number(textAt(probe, "failureThreshold") ?? 3) * Number(textAt(probe, "periodSeconds") ?? 10);
}
