import { effectiveHealthcheck, imageIn } from "../../read/compose/questions.ts";
import type { CommandLine } from "../../read/dockerfile/model.ts";
import { containersOf } from "../../read/kubernetes/questions.ts";
import {
  type Programs,
  probePrograms,
  programsInService,
  programsInStage,
  programsLikelyIn,
} from "../../read/programs.ts";
import type { Span } from "../../read/source.ts";
import { eachObject, eachService } from "../../read/walk.ts";
import { at, textsOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { deliveredStages } from "../dockerfile/builders.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

/** See `what`. */
export const probeProgramMissing: Rule = {
  code: "GX001",
  name: "probe-program-missing",
  family: "across",
  rank: "will-fail",
  what: "A health check runs a program that the image does not have.",
  why: "The probe then fails every time, whatever the state of the service: the container is never healthy, what waits for it never starts, and an orchestrator restarts it for ever.",
  fix: "Probe with something the image has (its own interpreter, a sub-command of the server), or install the program in the image.",
  examples: {
    bad: [
      {
        title: "curl in a slim image",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build: .
          `,
          Dockerfile: dedent`
            FROM python:3.13-slim
            COPY app /app
            HEALTHCHECK CMD curl --fail http://localhost:8000/health || exit 1
            CMD ["python", "-m", "app"]
          `,
        },
        at: ["Dockerfile:3"],
      },
      {
        title: "a shell in a distroless image",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: gcr.io/distroless/nodejs22-debian12
                healthcheck:
                  test: wget -qO- http://localhost:3000/health
          `,
        },
        at: ["compose.yaml:5"],
      },
      {
        title: "bash in an Alpine pod",
        files: {
          "pod.yaml": dedent`
            apiVersion: v1
            kind: Pod
            metadata: { name: cache }
            spec:
              containers:
                - name: cache
                  image: redis:8-alpine
                  livenessProbe:
                    exec:
                      command: [bash, -c, "redis-cli ping"]
          `,
        },
        at: ["pod.yaml:10"],
      },
    ],
    good: [
      {
        title: "curl that was installed",
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim AS base
            RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
            FROM base
            HEALTHCHECK CMD curl --fail http://localhost:8000/health || exit 1
          `,
        },
      },
      {
        title: "programs of the image itself",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17-alpine
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U postgres"]
              api:
                image: node:22-slim
                healthcheck:
                  test: ["CMD", "node", "-e", "fetch('http://localhost:3000').catch(() => process.exit(1))"]
              other:
                image: registry.example.com/team/app:3
                healthcheck:
                  test: curl -f http://localhost
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of deliveredStages(facts, dockerfile)) {
        const probe = stage.config.healthcheck;
        const image = stage.rootImage?.text ?? (stage.base.kind === "scratch" ? "scratch" : "its base");
        yield* missing(
          probe?.value.test,
          probe?.span,
          programsInStage(stage),
          `the image, built on ${image},`,
        );
      }
    }
    for (const { project, service } of eachService(facts)) {
      const image = imageIn(project, service);
      const probe = effectiveHealthcheck(service, image);
      if (probe?.from !== "compose") continue;
      const name =
        image.kind === "pulled"
          ? image.reference.text
          : image.kind === "built"
            ? `the image of ${service.name}, built on ${image.stage.rootImage?.text ?? "scratch"},`
            : "the image";
      yield* missing(probe.value.test, probe.span, programsInService(service, image), name);
    }
    for (const { object } of eachObject(facts)) {
      for (const container of containersOf(object)) {
        const programs = programsLikelyIn(container.image?.value);
        for (const kind of probes) {
          const command = at(container.node, kind, "exec", "command");
          const words = textsOf(command).map(({ value }) => value);
          const line: CommandLine = { form: "exec", words, text: words.join(" ") };
          yield* missing(line, command?.span, programs, container.image?.value.text ?? "the image");
        }
      }
    }
  },
};

function* missing(
  test: CommandLine | undefined,
  span: Span | undefined,
  programs: Programs,
  image: string,
): Generator<Report> {
  if (test === undefined || span === undefined) return;
  const absent = probePrograms(test).filter((name) => programs.has(name) === "no");
  if (absent.length === 0) return;
  const names = listed(absent.map((name) => (name === "sh" ? "a shell (sh)" : name)));
  yield {
    at: span,
    message: `The health check needs ${names}, which ${image} does not have.`,
    fix: fixFor(programs),
  };
}

function fixFor(programs: Programs): string {
  const has = (name: string): boolean => programs.has(name) === "yes";
  if (has("redis-cli")) return 'Probe with ["CMD", "redis-cli", "ping"].';
  if (has("pg_isready")) return 'Probe with ["CMD", "pg_isready", "-U", "postgres"].';
  if (has("node"))
    return `Probe with node, which is there: ["CMD", "node", "-e", "fetch('http://127.0.0.1:PORT/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"].`;
  if (has("python3") || has("python"))
    return `Probe with Python, which is there: ["CMD", "python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:PORT/health')"].`;
  if (has("wget")) return "Probe with wget, which is there: wget -q --spider http://127.0.0.1:PORT/health.";
  if (has("apt-get"))
    return "Install the program in the image: apt-get install -y --no-install-recommends NAME.";
  return "Let the program itself answer: give it a sub-command that probes, or probe over HTTP from outside.";
}
