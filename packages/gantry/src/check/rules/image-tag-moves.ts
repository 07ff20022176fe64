import { hasAny } from "../../base/text.ts";
import { resolveImageReference } from "../../read/image-reference.ts";
import { containersOf } from "../../read/kubernetes/questions.ts";
import { fileNameOf } from "../../read/paths.ts";
import { at, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import type { Report, Rule } from "../types.ts";

const kustomizations = new Set(["kustomization.yaml", "kustomization.yml"]);
const skaffolds = new Set(["skaffold.yaml", "skaffold.yml"]);

/** See `what`. */
export const imageTagMoves: Rule = {
  code: "GK019",
  name: "image-tag-moves",
  family: "kubernetes",
  rank: "hardening",
  what: "A container runs `latest`, or an image without a tag.",
  why: "A new push changes nothing in the manifest: the cluster sees no reason for a rollout, pods that restart run another version than their neighbours, and `kubectl rollout undo` goes back to the same tag.",
  fix: "Name the version, or the commit, in the tag.",
  aliases: [
    { tool: "kube-linter", id: "latest-tag" },
    { tool: "trivy", id: "KSV-0013" },
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
                  image: shop/web:latest
                - name: log
                  image: shop/log
          `,
        },
        at: ["web.yaml:7", "web.yaml:9"],
      },
    ],
    good: [
      {
        title: "a job, and an image that Skaffold gives a tag",
        files: {
          "job.yaml": dedent`
            apiVersion: batch/v1
            kind: Job
            metadata: { name: once }
            spec:
              template:
                spec:
                  containers: [{ name: once, image: "alpine:latest" }]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              template:
                spec:
                  containers: [{ name: web, image: web }]
`,
          "skaffold.yaml": "kind: Config\n",
        },
      },
      {
        title: "kustomize puts the tag in",
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2.1
                - name: log
                  image: shop/log
          `,
          "kustomization.yaml": dedent`
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            images:
              - name: shop/log
                newTag: "7"
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const tagged = facts.paths
      .filter((path) => kustomizations.has(fileNameOf(path)))
      .map((path) => facts.readText(path) ?? "")
      .join("\n");
    // Skaffold writes the tags of what it builds.
    const built = facts.paths.some((path) => skaffolds.has(fileNameOf(path)));
    for (const { object } of workloadsOf(facts)) {
      // A job runs once: nothing of it is replaced pod by pod.
      if (object.kind === "Job" || object.kind === "CronJob") continue;
      for (const { name, node } of containersOf(object)) {
        const image = at(node, "image");
        const text = textAt(node, "image");
        const reference =
          text === undefined || hasAny(text, ["$", "{", "<"]) ? undefined : resolveImageReference(text);
        if (image === undefined || reference === undefined || reference.digest !== undefined) continue;
        if (reference.tag !== undefined && reference.tag !== "latest") continue;
        if (built && reference.tag === undefined) continue;
        const bare = text?.replace(/:latest$/, "") ?? "";
        if (tagged.includes(`name: ${bare}\n`) || tagged.includes(`name: "${bare}"`)) continue;
        yield {
          at: image.span,
          message: `A push of ${text} reaches ${titleOf(object)} (${name}) pod by pod, and no rollback undoes it.`,
        };
      }
    }
  },
};
