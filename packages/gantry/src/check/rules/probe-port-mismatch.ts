import { effectiveHealthcheck, imageIn } from "../../read/compose/questions.ts";
import type { CommandLine, Healthcheck } from "../../read/dockerfile/model.ts";
import { finalStage } from "../../read/dockerfile/questions.ts";
import type { Span } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isLoopback } from "../insight/addresses.ts";
import { type PlacedListener, serviceListener, stageListener } from "../insight/service-listener.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const probePortMismatch: Rule = {
  code: "GX028",
  name: "probe-port-mismatch",
  family: "across",
  rank: "will-fail",
  what: "A health check asks another port than the one the server listens on.",
  why: "The connection is refused every time: the container is never healthy, and whatever waits for it does not start. It happens most where one image serves several services with different commands.",
  fix: "Ask the port that the command names; give each service a health check of its own.",
  examples: {
    bad: [
      {
        title: "the image's health check, another service's port",
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
            CMD ["uvicorn", "shop:api", "--host", "0.0.0.0", "--port", "8000"]
          `,
          "compose.yaml": dedent`
            services:
              api:
                build: .
              app:
                build: .
                command: flask --app shop run --host 0.0.0.0 --port 5000
          `,
        },
        at: ["compose.yaml:6"],
      },
      {
        title: "in one Dockerfile",
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            HEALTHCHECK CMD curl -f http://localhost/health || exit 1
            CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8080"]
          `,
        },
        at: ["Dockerfile:2"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            HEALTHCHECK CMD curl -f http://127.0.0.1:8000/health || exit 1
            CMD uvicorn shop:api --host 0.0.0.0 --port \${PORT:-9000}
          `,
          "compose.yaml": dedent`
            services:
              api:
                build: .
                command: ["uvicorn", "shop:api", "--host=0.0.0.0", "--port=8000"]
              app:
                build: .
                command: flask --app shop run --host 0.0.0.0
                healthcheck:
                  test: ["CMD", "curl", "-f", "http://localhost:5000/"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const dockerfile of facts.dockerfiles) {
      const stage = finalStage(dockerfile);
      const health = stage?.config.healthcheck;
      const listener = stage === undefined ? undefined : stageListener(facts, stage);
      if (health === undefined || listener === undefined) continue;
      yield* compared("The server of the image", health.value, health.span, listener, health.span);
    }
    for (const { project, service } of eachService(facts)) {
      const health = effectiveHealthcheck(service, imageIn(project, service));
      const listener = serviceListener(facts, project, service);
      if (health === undefined || listener === undefined) continue;
      // Where both come from the Dockerfile, it has been reported there.
      const inherited = health.from === "dockerfile";
      if (inherited && service.command === undefined && service.entrypoint === undefined) continue;
      yield* compared(
        service.name,
        health.value,
        health.span,
        listener,
        inherited ? listener.span : health.span,
      );
    }
  },
};

function* compared(
  who: string,
  health: Healthcheck,
  probe: Span,
  listener: PlacedListener,
  place: Span,
): Generator<Report> {
  if (health.disabled || health.test === undefined || listener.port === undefined) return;
  const asked = probedPorts(health.test);
  const [first] = asked;
  if (first === undefined || asked.includes(listener.port)) return;
  const other =
    place === probe
      ? { at: listener.span, message: "the command" }
      : { at: probe, message: "the health check" };
  yield {
    at: place,
    message: `${who} is never healthy: ${listener.program} listens on ${listener.port}, the health check asks ${first}.`,
    related: [other],
  };
}

/** Ports of the container itself that a probe asks over HTTP; empty when a variable hides one. */
function probedPorts(test: CommandLine): readonly number[] {
  const text = `${test.text} ${test.words.join(" ")}`;
  const ports: number[] = [];
  for (const [, scheme, host, port, rest] of text.matchAll(
    /\b(https?):\/\/([\w.[\]-]+)(?::(\d+|\$))?(.)?/g,
  )) {
    if (host === undefined || port === "$" || rest === "$") return [];
    if (!isLoopback(host) && host !== "0.0.0.0") return [];
    ports.push(port === undefined ? (scheme === "https" ? 443 : 80) : Number(port));
  }
  return ports;
}
