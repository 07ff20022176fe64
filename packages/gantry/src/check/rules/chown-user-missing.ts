import { flag } from "../../read/dockerfile/questions.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { howToCreate, missingUsers, userPart } from "../dockerfile/users.ts";
import type { Rule } from "../types.ts";

/** `COPY --chown` for a user that nobody created. */
export const chownUserMissing: Rule = {
  code: "GD062",
  name: "chown-user-missing",
  family: "dockerfile",
  rank: "hardening",
  what: "COPY or ADD --chown names a user that neither the base image has nor any instruction before creates.",
  why: "BuildKit does not find the name in the image's /etc/passwd and gives the files to root, without an error or a warning: the program cannot write them later.",
  fix: "Create the user before the COPY, or use numbers.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM python:3.13-slim",
        "COPY --chown=app:app . /app",
        "RUN useradd app",
        "USER app",
      ),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", "RUN useradd app", "COPY --chown=app:app . /app"),
      dockerfileExample("FROM python:3.13-slim", "COPY --chown=1000:1000 . /app"),
      dockerfileExample("FROM node:22", "COPY --chown=node:node . /app"),
    ],
  },
  *check(facts) {
    for (const { stage, name, at } of missingUsers(facts, (instruction) => {
      const owner = flag(instruction, "chown");
      return owner?.value === undefined ? undefined : { name: userPart(owner.value), at: owner.span };
    })) {
      yield {
        at,
        message: `There is no user ${name} here, so BuildKit gives the files to root, without a word.`,
        fix: `Write RUN ${howToCreate(stage, name)} above it, or --chown with numbers.`,
      };
    }
  },
};
