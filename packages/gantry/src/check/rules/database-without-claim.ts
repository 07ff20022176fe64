import { resolveImageReference } from "../../read/image-reference.ts";
import { containersOf, podSpec } from "../../read/kubernetes/questions.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { longRunningKinds, titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const databaseWithoutClaim: Rule = {
  code: "GK020",
  name: "database-without-claim",
  family: "kubernetes",
  rank: "loses-data",
  what: "A database keeps its data in the pod, or in an `emptyDir`.",
  why: "Both are gone when the pod is: at the next node upgrade, eviction or change of the manifest the database is empty.",
  fix: "Use a StatefulSet with `volumeClaimTemplates`, mounted at the server's data path.",
  examples: {
    bad: [
      {
        files: {
          "db.yaml": dedent`
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: db }
            spec:
              selector: { matchLabels: { app: db } }
              template:
                metadata: { labels: { app: db } }
                spec:
                  containers:
                    - name: db
                      image: postgres:17
                      volumeMounts: [{ name: data, mountPath: /var/lib/postgresql/data }]
                  volumes:
                    - { name: data, emptyDir: {} }
          `,
        },
        at: ["db.yaml:11"],
      },
      {
        title: "no volume at all",
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
                      image: mysql:8.4
          `,
        },
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
                      volumeMounts: [{ name: data, mountPath: /var/lib/postgresql/data }]
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
      if (!longRunningKinds.includes(object.kind)) continue;
      const lasting = lastingVolumes(object.node, podSpec(object));
      for (const { name, node, init } of containersOf(object)) {
        const image = at(node, "image");
        const official = resolveImageReference(textAt(node, "image") ?? "")?.official ?? "";
        if (init || image === undefined || !["postgres", "mysql", "mariadb", "mongo"].includes(official))
          continue;
        // Started for a tool of the image, not for the server.
        if (at(node, "command") !== undefined) continue;
        const mounts = itemsOf(at(node, "volumeMounts"));
        if (mounts.some((mount) => lasting.has(textAt(mount, "name") ?? ""))) continue;
        yield {
          at: image.span,
          message: `The data of ${name} in ${titleOf(object)} is gone with its pod: no claim holds it.`,
        };
      }
    }
  },
};

/** Names of volumes that outlive the pod. */
function lastingVolumes(workload: YamlNode, pod: YamlNode | undefined): ReadonlySet<string> {
  const claims = itemsOf(at(workload, "spec", "volumeClaimTemplates")).map((claim) =>
    textAt(claim, "metadata", "name"),
  );
  const volumes = itemsOf(at(pod, "volumes"))
    .filter((volume) =>
      ["emptyDir", "configMap", "secret", "projected", "downwardAPI"].every(
        (kind) => at(volume, kind) === undefined,
      ),
    )
    .map((volume) => textAt(volume, "name"));
  return new Set([...claims, ...volumes].filter((name) => name !== undefined));
}
