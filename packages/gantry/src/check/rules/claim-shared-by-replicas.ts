import type { KubernetesObject } from "../../read/kubernetes/model.ts";
import { podSpec } from "../../read/kubernetes/questions.ts";
import { eachObject } from "../../read/walk.ts";
import { at, itemsOf, textAt, textsOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { replicasOf, sameApplication, titleOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const claimSharedByReplicas: Rule = {
  code: "GK021",
  name: "claim-shared-by-replicas",
  family: "kubernetes",
  rank: "will-fail",
  what: "The replicas of a Deployment share a claim that one node at a time can mount.",
  why: "`ReadWriteOnce` is for one node: pods on other nodes wait in `ContainerCreating` with `Multi-Attach error`. With a rolling update that happens with one replica too, as the new pod starts before the old one is gone.",
  fix: "Use a StatefulSet with `volumeClaimTemplates` (a claim for each pod), a `ReadWriteMany` storage class, or one replica with `strategy: { type: Recreate }`.",
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: media }
            spec: { accessModes: [ReadWriteOnce] }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 3
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
                  volumes:
                    - name: media
                      persistentVolumeClaim:
                        claimName: media
          `,
        },
        at: ["web.yaml:19"],
      },
    ],
    good: [
      {
        title: "a file system of the network, which any node mounts",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: pages }
            spec:
              accessModes: [ReadWriteOnce]
              storageClassName: nfs-client
              resources: { requests: { storage: 1Gi } }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 2
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
                  volumes:
                    - name: pages
                      persistentVolumeClaim: { claimName: pages }
          `,
        },
      },
      {
        title: "one replica, or a claim for many nodes",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: media }
            spec: { accessModes: [ReadWriteMany] }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 3
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec:
                  containers: [{ name: web, image: "shop/web:2" }]
                  volumes:
                    - { name: media, persistentVolumeClaim: { claimName: media } }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const claims = [...eachObject(facts, "PersistentVolumeClaim")].map(({ object }) => object);
    for (const { object } of eachObject(facts, "Deployment")) {
      const replicas = replicasOf(object) ?? 1;
      if (replicas < 2) continue;
      for (const volume of itemsOf(at(podSpec(object), "volumes"))) {
        const node = at(volume, "persistentVolumeClaim", "claimName");
        const name = textAt(volume, "persistentVolumeClaim", "claimName");
        const claim = claims.find((one) => one.name === name && sameApplication(one, object));
        if (node === undefined || claim === undefined || isShared(claim)) continue;
        const modes = textsOf(at(claim.node, "spec", "accessModes")).map(({ value }) => value);
        if (modes.length === 0 || !modes.every((mode) => /^ReadWriteOnce(?:Pod)?$/.test(mode))) continue;
        yield {
          at: node.span,
          message: `${replicas} replicas of ${titleOf(object)} want claim ${name}, which one node at a time can mount (${modes.join(", ")}).`,
          related: [{ at: claim.span, message: titleOf(claim) }],
        };
      }
    }
  },
};

/** Whether it is on a file system of the network, by the name of its class: nothing keeps a second node from mounting that. */
function isShared(claim: KubernetesObject): boolean {
  const storage = textAt(claim.node, "spec", "storageClassName") ?? "";
  return /nfs|efs|cephfs|azure-?file|gluster|smb|cifs|filestore/i.test(storage);
}
