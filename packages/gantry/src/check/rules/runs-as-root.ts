import type { Dockerfile, Stage } from "../../read/dockerfile/model.ts";
import { lineage, lineageInstructions } from "../../read/dockerfile/questions.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { deliveredStages, isForDevelopment } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { isRoot } from "../dockerfile/users.ts";
import type { Report, Rule } from "../types.ts";

/** An image whose program runs as root. */
export const runsAsRoot: Rule = {
  code: "GD029",
  name: "runs-as-root",
  family: "dockerfile",
  rank: "hardening",
  what: "The program of a finished image runs as root.",
  why: "What gets into the program is root in the container, can change everything in it, and is root on the host as soon as something gives it a way out.",
  fix: "Create a user, give it the folders that the program writes, and end with USER and its number (Kubernetes can only verify numbers).",
  aliases: [
    { tool: "hadolint", id: "DL3002" },
    { tool: "trivy", id: "DS-0002" },
    { tool: "checkov", id: "CKV_DOCKER_3" },
    { tool: "checkov", id: "CKV_DOCKER_8" },
    { tool: "dockle", id: "CIS-DI-0001" },
    { tool: "cis", id: "4.1" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([1], "FROM python:3.13-slim", "COPY app.py /app/", 'CMD ["python", "/app/app.py"]'),
      dockerfileExampleAt([3], "FROM node:22-slim", "USER node", "USER root", 'CMD ["node", "app.js"]'),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", "RUN useradd app", "USER app", 'CMD ["python", "app.py"]'),
      dockerfileExample(
        "FROM python:3.13-slim AS base",
        "USER 1000",
        "FROM base",
        'CMD ["python", "app.py"]',
      ),
      dockerfileExample("FROM gcr.io/distroless/static-debian12:nonroot", 'ENTRYPOINT ["/app"]'),
      dockerfileExample("FROM postgres:17", "COPY init.sql /docker-entrypoint-initdb.d/"),
      {
        title: "an entry point that changes the user itself",
        ...dockerfileExample(
          "FROM debian:13",
          "RUN apt-get update && apt-get install -y gosu",
          'ENTRYPOINT ["/entrypoint.sh"]',
        ),
      },
      {
        title: "for development",
        ...dockerfileExample("FROM python:3.13-slim AS development", 'CMD ["python", "app.py"]'),
      },
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of deliveredStages(facts, dockerfile)) {
        if (isForDevelopment(dockerfile, stage) || !startsProgram(stage)) continue;
        const problem = problemOf(stage);
        if (problem !== undefined && !changesUser(dockerfile, stage)) yield problem;
      }
    }
  },
};

function problemOf(stage: Stage): Report | undefined {
  const user = stage.config.user;
  if (user !== undefined) {
    if (user.value.includes("$") || !isRoot(user.value)) return undefined;
    return {
      at: user.span,
      message: `${nameOf(stage)} ends as ${user.value}, so its program runs as root.`,
    };
  }
  if (!baseRunsAsRoot(stage)) return undefined;
  const named = stage.rootImage?.official === "node" ? "USER node" : undefined;
  return {
    at: stage.baseSpan,
    message: `${nameOf(stage)} has no USER, and ${stage.rootImage?.text ?? "scratch"} runs as root.`,
    ...(named === undefined ? {} : { fix: `Write ${named} before CMD: the image has that user.` }),
  };
}

function nameOf(stage: Stage): string {
  return stage.name === undefined ? "The image" : `The image of stage ${stage.name}`;
}

function startsProgram(stage: Stage): boolean {
  return stage.config.cmd !== undefined || stage.config.entrypoint !== undefined;
}

/** Servers whose own entry point or master process gives root away. */
const giveRootAway = ["postgres", "redis", "nginx", "httpd", "haproxy"];

/** Whether the base is known to leave root as the user, and for programs that do not give it away themselves. */
function baseRunsAsRoot(stage: Stage): boolean {
  if (lineage(stage).at(-1)?.base.kind === "scratch") return true;
  if (distributionOf(stage.rootImage) === undefined) return false;
  return !giveRootAway.includes(stage.rootImage?.official ?? "");
}

/** Programs that start others as another user, by how their names begin. */
const userChangers = [
  ...["gosu", "su-exec", "setpriv", "s6-", "runuser", "setuidgid", "chpst"],
  ...["supervisor", "fixuid", "systemd", "sshd"],
];

function changesUser(dockerfile: Dockerfile, stage: Stage): boolean {
  return lineageInstructions(stage).some(({ span }) => {
    const text = dockerfile.source.text.slice(span.start, span.end);
    return userChangers.some((name) => text.includes(name) && new RegExp(`\\b${name}`).test(text));
  });
}
