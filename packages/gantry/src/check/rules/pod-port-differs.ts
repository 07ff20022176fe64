import { containersOf } from "../../read/kubernetes/questions.ts";
import { at, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { builtStageOf } from "../insight/built-images.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import { stageListener } from "../insight/service-listener.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const podPortDiffers: Rule = {
  code: "GX046",
  name: "pod-port-differs",
  family: "across",
  rank: "will-fail",
  what: "A pod's port or probe is not the port that the image's server listens on.",
  why: "A probe of another port fails every time: the pod is restarted again and again. A Service that sends there gets its connections refused. What works in Compose then fails in the cluster only.",
  fix: "Write the port of the Dockerfile's command in the manifest.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim
            CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                image: shop/web
          `,
          "k8s/web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  ports:
                    - containerPort: 8080
          `,
        },
        at: ["k8s/web.yaml:9"],
      },
    ],
    good: [
      {
        title: "the same port, or a command of its own",
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim
            CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                image: shop/web
          `,
          "k8s/web.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  ports: [{ containerPort: 8000 }, { containerPort: 9090 }]
                - name: other
                  image: shop/web:2
                  args: ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8080"]
                  ports: [{ containerPort: 8080 }]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of workloadsOf(facts)) {
      for (const { name, node } of containersOf(object)) {
        if (at(node, "command") !== undefined || at(node, "args") !== undefined) continue;
        const stage = builtStageOf(facts, textAt(node, "image") ?? "");
        const listener = stage === undefined ? undefined : stageListener(facts, stage);
        const ports = itemsOf(at(node, "ports")).flatMap((port) => at(port, "containerPort") ?? []);
        const [first] = ports;
        if (listener?.port === undefined || first === undefined) continue;
        if (ports.some((port) => textAt(port) === `${listener.port}`)) continue;
        // The port may be set by a variable that the server reads.
        const variables = itemsOf(at(node, "env")).map((entry) => textAt(entry, "name") ?? "");
        if (
          variables.some((variable) => /PORT|BIND|ARGS/.test(variable)) ||
          at(node, "envFrom") !== undefined
        )
          continue;
        yield {
          at: first.span,
          message: `${name} in ${titleOf(object)} is asked at port ${textAt(first)}, but its image starts ${listener.program} on ${listener.port}.`,
          related: [{ at: listener.span, message: "the command of the image" }],
        };
      }
    }
  },
};
