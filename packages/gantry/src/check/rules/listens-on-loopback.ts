import { finalStage } from "../../read/dockerfile/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isLoopback } from "../insight/addresses.ts";
import { serviceListener, stageListener } from "../insight/service-listener.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const listensOnLoopback: Rule = {
  code: "GX030",
  name: "listens-on-loopback",
  family: "across",
  rank: "will-fail",
  what: "A server whose port is published or exposed listens on the container's own loopback address only.",
  why: "Connections from the host and from other containers arrive at another address of the container: they are refused. Uvicorn, Gunicorn, Flask and Django's runserver do this unless they are told otherwise.",
  fix: "Tell the server to listen on `0.0.0.0`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                command: uvicorn shop:app --port 8000
                ports: ["8000:8000"]
              admin:
                image: shop/web:2
                command: ["python", "manage.py", "runserver"]
                ports: ["8001:8000"]
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:8"],
      },
      {
        title: "in a Dockerfile",
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            EXPOSE 5000
            CMD ["flask", "--app", "shop", "run"]
          `,
        },
        at: ["Dockerfile:3"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            ENV FLASK_RUN_HOST=0.0.0.0
            EXPOSE 5000
            CMD ["flask", "--app", "shop", "run"]
          `,
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                command: uvicorn shop:app --host 0.0.0.0 --port 8000
                ports: ["8000:8000"]
              django:
                image: shop/web:2
                command: python manage.py runserver 0:8000
                ports: ["8001:8000"]
              settings:
                image: shop/web:2
                command: gunicorn -c settings.py shop.wsgi
                ports: ["8002:8000"]
              host:
                image: shop/web:2
                command: uvicorn shop:app
                network_mode: host
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const dockerfile of facts.dockerfiles) {
      const stage = finalStage(dockerfile);
      const listener = stage === undefined ? undefined : stageListener(facts, stage);
      if (stage === undefined || listener?.host === undefined || !isLoopback(listener.host)) continue;
      if (!stage.config.exposed.some(({ port }) => port === listener.port)) continue;
      yield {
        at: listener.span,
        message: `Nobody outside of the container reaches port ${listener.port}: ${listener.program} listens on ${listener.host}.`,
        fix: `Add \`${listener.openWith}\`.`,
      };
    }
    for (const { project, service } of eachService(facts)) {
      const listener = serviceListener(facts, project, service);
      if (listener?.host === undefined || !isLoopback(listener.host)) continue;
      if (service.networkMode !== undefined || service.ports.length + service.expose.length === 0) continue;
      const shared = project.services.some(
        ({ networkMode }) => networkMode?.value === `service:${service.name}`,
      );
      if (shared) continue;
      yield {
        at: listener.span,
        message: `Nobody outside of ${service.name} reaches it: ${listener.program} listens on ${listener.host}.`,
        fix: `Add \`${listener.openWith}\`.`,
      };
    }
  },
};
