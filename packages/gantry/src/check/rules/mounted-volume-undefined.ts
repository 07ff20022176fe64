import { containersOf, podSpec } from "../../read/kubernetes/questions.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const mountedVolumeUndefined: Rule = {
  code: "GK005",
  name: "mounted-volume-undefined",
  family: "kubernetes",
  rank: "will-fail",
  what: "A container mounts a volume that its pod does not have.",
  why: "The cluster refuses the object: `volumeMounts[0].name: Not found`.",
  fix: "Add the volume under `volumes` of the pod, or under `volumeClaimTemplates` of the StatefulSet.",
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
                  volumeMounts:
                    - name: cache
                      mountPath: /cache
              volumes:
                - name: tmp
                  emptyDir: {}
          `,
        },
        at: ["web.yaml:9"],
      },
    ],
    good: [
      {
        files: {
          "db.yaml": dedent`
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: { name: db }
            spec:
              selector: { matchLabels: { app: db } }
              template:
                metadata: { labels: { app: db } }
                spec:
                  containers:
                    - name: db
                      image: postgres:17
                      volumeMounts:
                        - { name: data, mountPath: /var/lib/postgresql/data }
                        - { name: run, mountPath: /run/postgresql }
                  volumes:
                    - { name: run, emptyDir: {} }
              volumeClaimTemplates:
                - metadata: { name: data }
                  spec: { accessModes: [ReadWriteOnce] }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      const pod = podSpec(object);
      if (pod === undefined) continue;
      const volumes = new Set([
        ...itemsOf(at(pod, "volumes")).map((volume) => textAt(volume, "name")),
        ...itemsOf(at(object.node, "spec", "volumeClaimTemplates")).map((claim) =>
          textAt(claim, "metadata", "name"),
        ),
      ]);
      for (const container of containersOf(object)) {
        for (const mount of itemsOf(at(container.node, "volumeMounts"))) {
          const node = at(mount, "name");
          const name = textAt(mount, "name");
          if (node === undefined || name === undefined || volumes.has(name)) continue;
          yield {
            at: node.span,
            message: `Container ${container.name} of ${titleOf(object)} mounts volume ${name}, which the pod does not have.`,
          };
        }
      }
    }
  },
};
