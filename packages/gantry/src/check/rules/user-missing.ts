import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { howToCreate, missingUsers, userPart } from "../dockerfile/users.ts";
import type { Rule } from "../types.ts";

/** USER with a name that nothing creates. */
export const userMissing: Rule = {
  code: "GD013",
  name: "user-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "USER names a user that neither the base image has nor any instruction creates.",
  why: "The engine looks the name up in the image's /etc/passwd; the next RUN, or the container's start, ends with `unable to find user`.",
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
    for (const { stage, name, at } of missingUsers(facts, (instruction) =>
      instruction.keyword === "USER"
        ? { name: userPart(instruction.text), at: instruction.textSpan }
        : undefined,
    )) {
      yield {
        at,
        message: `${stage.rootImage?.text} has no user ${name}, and nothing before this line creates one.`,
        fix: `Write RUN ${howToCreate(stage, name)} above it.`,
      };
    }
  },
};
