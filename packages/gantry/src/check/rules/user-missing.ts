import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { flag, lineageInstructions } from "../../read/dockerfile/questions.ts";
import type { Span } from "../../read/source.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { deliveredStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { systemUsers, userPart } from "../dockerfile/users.ts";
import type { Rule } from "../types.ts";

/** USER with a name that nothing creates. */
export const userMissing: Rule = {
  code: "GD013",
  name: "user-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "USER or --chown names a user that neither the base image has nor any instruction creates.",
  why: "The engine looks the name up in the image's /etc/passwd; COPY --chown, the next RUN, or the container's start ends with `unable to find user` or `can't find uid for user`.",
  fix: "Create the user before, or use a number.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.13-slim", "USER appuser", 'CMD ["python", "app.py"]'),
      {
        title: "a user that was created in another stage",
        ...dockerfileExampleAt(
          [4],
          "FROM golang:1.25 AS build",
          "RUN useradd app",
          "FROM alpine:3.22",
          "USER app",
          'CMD ["/app"]',
        ),
      },
      dockerfileExampleAt([2], "FROM python:3.13-slim", "COPY --chown=app:app . /app"),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", "RUN useradd -m appuser", "USER appuser"),
      dockerfileExample("FROM node:22-slim", "USER node"),
      dockerfileExample("FROM python:3.13-slim", "USER 1000:1000"),
      dockerfileExample("FROM ghcr.io/acme/base:1", "USER acme"),
      dockerfileExample("FROM debian:13", "COPY setup.sh /", "RUN /setup.sh", "USER acme"),
      dockerfileExample("FROM scratch", "COPY --from=build /etc/passwd /etc/passwd", "USER acme"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const stages = new Set([
        ...deliveredStages(facts, dockerfile),
        ...dockerfile.stages.filter((stage) => stage.instructions.some((one) => userOf(one) !== undefined)),
      ]);
      for (const stage of stages) {
        const base = baseUsers(stage);
        if (base === undefined) continue;
        const all = lineageInstructions(stage);
        const reported = new Set<string>();
        for (const [index, instruction] of all.entries()) {
          if (instruction.stage !== stage.index) continue;
          const use = userOf(instruction);
          if (use === undefined) continue;
          const { name, at } = use;
          if (name === "" || /^\d+$|[$"']/.test(name) || base.has(name) || reported.has(name)) continue;
          if (all.slice(0, index).some((before) => mayCreate(before, name))) continue;
          reported.add(name);
          yield {
            at,
            message: `${stage.rootImage?.text} has no user ${name}, and nothing before this line creates one.`,
            fix: `Write RUN ${distributionOf(stage.rootImage)?.family === "alpine" ? `adduser -D ${name}` : `useradd --create-home ${name}`} above it.`,
          };
        }
      }
    }
  },
};

/** The user that an instruction needs. */
function userOf(instruction: Instruction): { readonly name: string; readonly at: Span } | undefined {
  if (instruction.keyword === "USER") return { name: userPart(instruction.text), at: instruction.textSpan };
  const owner = flag(instruction, "chown");
  return owner?.value === undefined ? undefined : { name: userPart(owner.value), at: owner.span };
}

const withUser: Readonly<Record<string, readonly string[]>> = {
  node: ["node"],
  nginx: ["nginx"],
  postgres: ["postgres"],
  redis: ["redis"],
  haproxy: ["haproxy"],
  httpd: ["www-data"],
};

/** Users of an official base; `undefined` for bases that nothing is known about. */
function baseUsers(stage: Stage): ReadonlySet<string> | undefined {
  const distribution = distributionOf(stage.rootImage);
  if (distribution === undefined) return undefined;
  const more = withUser[stage.rootImage?.official ?? ""] ?? [];
  const ubuntu = distribution.family === "ubuntu" ? ["ubuntu"] : [];
  return new Set([...systemUsers, ...more, ...ubuntu]);
}

/** Whether an instruction could have created the user: it names the user, or runs or copies what nobody here can read. */
function mayCreate(instruction: Instruction, name: string): boolean {
  if (instruction.keyword === "ENV" || instruction.keyword === "ARG") return instruction.text.includes(name);
  if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
    return /passwd|\s\/(?:etc\/?)?\s*$/.test(instruction.text);
  }
  if (instruction.keyword !== "RUN") return false;
  const text = instruction.text + instruction.heredocs.map((heredoc) => heredoc.content).join("\n");
  if (text.includes(name)) return true;
  if (/\b(?:useradd|adduser|usermod)\b[^&;|]*\$/.test(text)) return true;
  return /\.sh\b|\bmake\b|\bansible|\|\s*(?:ba)?sh\b|(?:^|[\s;&|])\.{0,2}\/[\w./-]+|\b(?:ba)?sh\s+[^-]/.test(
    text,
  );
}
