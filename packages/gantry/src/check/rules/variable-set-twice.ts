import { containersOf } from "../../read/kubernetes/questions.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const variableSetTwice: Rule = {
  code: "GK018",
  name: "variable-set-twice",
  family: "kubernetes",
  rank: "tidy",
  what: "A container sets the same environment variable twice.",
  why: "The last one wins and the first is read by people only. With server-side apply the list is keyed by name, and one of the two silently disappears.",
  fix: "Remove the one that is not meant.",
  aliases: [{ tool: "kube-linter", id: "duplicate-env-var" }],
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
                  env:
                    - { name: LEVEL, value: info }
                    - { name: COLOUR, value: blue }
                    - { name: LEVEL, value: debug }
          `,
        },
        at: ["web.yaml:11"],
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
              initContainers:
                - name: init
                  image: shop/web:2
                  env: [{ name: LEVEL, value: info }]
              containers:
                - name: web
                  image: shop/web:2
                  env: [{ name: LEVEL, value: debug }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      for (const container of containersOf(object)) {
        const seen = new Map<string, YamlNode>();
        for (const variable of itemsOf(at(container.node, "env"))) {
          const name = textAt(variable, "name");
          const node = at(variable, "name");
          if (name === undefined || node === undefined) continue;
          const first = seen.get(name);
          if (first !== undefined) {
            yield {
              at: node.span,
              message: `${container.name} in ${titleOf(object)} sets ${name} twice; only the last one counts.`,
              related: [{ at: first.span, message: "set before" }],
            };
          }
          seen.set(name, node);
        }
      }
    }
  },
};
