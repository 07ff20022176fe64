import { finalStage, lineage } from "../../read/dockerfile/questions.ts";
import { dedent } from "../dedent.ts";
import { builtStageOf } from "../insight/built-images.ts";
import { asksWebServer } from "../insight/probes.ts";
import { workloadOf } from "../insight/workloads.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const imageInheritsHttpProbe: Rule = {
  code: "GX047",
  name: "image-inherits-http-probe",
  family: "across",
  rank: "will-fail",
  what: "A Dockerfile makes a worker or scheduler from another image of the project, whose HEALTHCHECK asks a web server.",
  why: "HEALTHCHECK is inherited over FROM, also from an image that another Dockerfile makes: the worker listens on no port, and its containers are unhealthy for ever.",
  fix: "Write a HEALTHCHECK of its own in the worker's Dockerfile, or `HEALTHCHECK NONE`.",
  examples: {
    bad: [
      {
        files: {
          "docker-bake.hcl": dedent`
            target "web" {
              dockerfile = "web.Dockerfile"
              tags = ["ghcr.io/shop/web:latest"]
            }
            target "worker" {
              dockerfile = "worker.Dockerfile"
              contexts = { "ghcr.io/shop/web:latest" = "target:web" }
            }
          `,
          "web.Dockerfile": dedent`
            FROM python:3.13
            HEALTHCHECK CMD curl -f http://localhost:8000/health
            CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
          `,
          "worker.Dockerfile": dedent`
            FROM ghcr.io/shop/web:latest
            CMD ["celery", "-A", "shop", "worker"]
          `,
        },
        at: ["worker.Dockerfile:2"],
      },
    ],
    good: [
      {
        files: {
          "docker-bake.hcl": dedent`
            target "web" {
              dockerfile = "web.Dockerfile"
              tags = ["ghcr.io/shop/web:latest"]
            }
            target "worker" {
              dockerfile = "worker.Dockerfile"
              contexts = { "ghcr.io/shop/web:latest" = "target:web" }
            }
          `,
          "web.Dockerfile": dedent`
            FROM python:3.13
            HEALTHCHECK CMD curl -f http://localhost:8000/health
            CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
          `,
          "worker.Dockerfile": dedent`
            FROM ghcr.io/shop/web:latest
            HEALTHCHECK NONE
            CMD ["celery", "-A", "shop", "worker"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const dockerfile of facts.dockerfiles) {
      const stage = finalStage(dockerfile);
      const bottom = stage === undefined ? undefined : lineage(stage).at(-1);
      if (stage === undefined || bottom?.base.kind !== "image" || stage.config.healthcheck !== undefined)
        continue;
      const parent = builtStageOf(facts, bottom.baseText);
      const probe = parent?.config.healthcheck;
      const command = stage.config.cmd ?? stage.config.entrypoint;
      if (probe?.value.test === undefined || command === undefined || parent === stage) continue;
      const words = [
        ...(stage.config.entrypoint?.value.words ?? []),
        ...(stage.config.cmd?.value.words ?? []),
      ];
      const workload = workloadOf(words);
      if (workload === undefined || !asksWebServer(probe.value.test)) continue;
      yield {
        at: command.span,
        message: `The image runs ${workload.title}, but inherits a health check from ${bottom.baseText} that asks a web server.`,
        related: [{ at: probe.span, message: "the inherited health check" }],
      };
    }
  },
};
