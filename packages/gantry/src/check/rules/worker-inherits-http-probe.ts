import { effectiveCommand, imageIn } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { asksWebServer } from "../insight/probes.ts";
import { workloadOf } from "../insight/workloads.ts";
import type { Rule } from "../types.ts";

const dockerfile = dedent`
  FROM python:3.13
  COPY . /app
  HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
  CMD ["gunicorn", "config.wsgi"]
`;

/** See `what`. */
export const workerInheritsHttpProbe: Rule = {
  code: "GX002",
  name: "worker-inherits-http-probe",
  family: "across",
  rank: "will-fail",
  what: "A worker or scheduler runs an image whose HEALTHCHECK asks a web server for an answer.",
  why: "A worker listens on no port: the inherited probe fails for ever, the container is shown as unhealthy, and whatever waits for it never starts. A health check belongs to a process, not to an image.",
  fix: "Give the service a health check of its own, or switch the inherited one off with `healthcheck: { disable: true }`.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dockerfile,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                image: shop
              worker:
                image: shop
                command: celery -A config worker -l info
              beat:
                build: .
                command: ["celery", "-A", "config", "beat"]
          `,
        },
        at: ["compose.yaml:7", "compose.yaml:10"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: dockerfile,
          "compose.yaml": dedent`
            services:
              web:
                build: .
              worker:
                build: .
                command: celery -A config worker -l info
                healthcheck:
                  test: ["CMD-SHELL", "celery -A config inspect ping -d celery@$$HOSTNAME"]
              beat:
                build: .
                command: celery -A config beat
                healthcheck:
                  disable: true
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const { project, service } of eachService(facts)) {
      if (service.healthcheck !== undefined) continue;
      const image = imageIn(project, service);
      const probe = image.kind === "built" ? image.stage.config.healthcheck : undefined;
      if (probe?.value.test === undefined || !asksWebServer(probe.value.test)) continue;
      const command = effectiveCommand(service, image);
      const workload = command === undefined ? undefined : workloadOf(command.words);
      if (command === undefined || workload === undefined) continue;
      yield {
        at: command.from === "compose" ? command.span : service.nameSpan,
        message: `${service.name} runs ${workload.title}, but inherits a health check that asks a web server.`,
        related: [{ at: probe.span, message: "the inherited health check" }],
      };
    }
  },
};
