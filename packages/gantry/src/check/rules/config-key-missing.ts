import type { KubernetesObject } from "../../read/kubernetes/model.ts";
import { containersOf } from "../../read/kubernetes/questions.ts";
import { eachObject } from "../../read/walk.ts";
import { at, entriesOf, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { sameApplication, sameNamespace, titleOf, workloadsOf } from "../insight/pods.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const configKeyMissing: Rule = {
  code: "GK006",
  name: "config-key-missing",
  family: "kubernetes",
  rank: "will-fail",
  what: "A container takes a value from a ConfigMap or Secret of the project that does not have that key.",
  why: "The pod does not start: `CreateContainerConfigError`.",
  fix: "Add the key, or write the one that is there.",
  aliases: [{ tool: "kube-linter", id: "env-value-from" }],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: web }
            data:
              LOG_LEVEL: info
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  env:
                    - name: LOG_LEVEL
                      valueFrom:
                        configMapKeyRef: { name: web, key: LOGLEVEL }
          `,
        },
        at: ["web.yaml:17"],
      },
    ],
    good: [
      {
        title: "optional, or of another place",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: web }
            data:
              LOG_LEVEL: info
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  env:
                    - name: LOG_LEVEL
                      valueFrom:
                        configMapKeyRef: { name: web, key: LOG_LEVEL }
                    - name: COLOUR
                      valueFrom:
                        configMapKeyRef: { name: web, key: COLOUR, optional: true }
                    - name: DATABASE_URL
                      valueFrom:
                        secretKeyRef: { name: db, key: url }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const sources = [...eachObject(facts, "ConfigMap", "Secret")].map(({ object }) => object);
    for (const { object } of workloadsOf(facts)) {
      for (const container of containersOf(object)) {
        for (const variable of itemsOf(at(container.node, "env"))) {
          for (const [reference, kind] of [
            ["configMapKeyRef", "ConfigMap"],
            ["secretKeyRef", "Secret"],
          ] as const) {
            const node = at(variable, "valueFrom", reference, "key");
            const key = textAt(variable, "valueFrom", reference, "key");
            const name = textAt(variable, "valueFrom", reference, "name");
            if (node === undefined || key === undefined) continue;
            if (textAt(variable, "valueFrom", reference, "optional") === "true") continue;
            const found = sources.filter(
              (one) => one.kind === kind && one.name === name && sameNamespace(one, object),
            );
            const keys = found.flatMap(keysOf);
            if (!found.some((one) => sameApplication(one, object)) || keys.includes(key)) continue;
            yield {
              at: node.span,
              message: `${titleOf(object)} does not start: ${kind} ${name} has no key ${key}${keys.length === 0 ? "" : `, only ${listed(keys.slice(0, 6))}`}.`,
              related: found.slice(0, 1).map((one) => ({ at: one.span, message: titleOf(one) })),
            };
          }
        }
      }
    }
  },
};

function keysOf(object: KubernetesObject): readonly string[] {
  return ["data", "stringData", "binaryData"].flatMap((part) =>
    entriesOf(at(object.node, part)).map(({ key }) => key),
  );
}
