import { spanOf } from "../../read/source.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { secretValues } from "../secret-values.ts";
import type { Rule } from "../types.ts";

/** The value of a real secret, anywhere in a Dockerfile. */
export const secretInDockerfile: Rule = {
  code: "GD027",
  name: "secret-in-dockerfile",
  family: "dockerfile",
  rank: "leaks",
  what: "The Dockerfile holds a value that has the form of a real secret: a private key, an issuer's token, a password in an address.",
  why: "It is in version control for everyone who can read the code, and in the history of the image for everyone who can pull it.",
  fix: "Revoke the secret, issue a new one, and mount that for the RUN that needs it: RUN --mount=type=secret,id=NAME.",
  examples: {
    bad: [
      {
        title: "a password in an address",
        ...dockerfileExampleAt(
          [2],
          "FROM python:3.13",
          "RUN pip install --index-url https://build:Xk9vQ2mPz7@pypi.example.com/simple acme",
        ),
      },
      {
        title: "a token",
        ...dockerfileExampleAt(
          [2],
          "FROM node:22",
          `RUN git clone https://example.com/a?token=${"ghp"}_aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gH3jK5`,
        ),
      },
    ],
    good: [
      dockerfileExample(
        "FROM python:3.13",
        "RUN pip install --index-url https://build:${TOKEN}@pypi.example.com/simple acme",
      ),
      dockerfileExample(
        "FROM python:3.13",
        "# postgres://user:Xk9vQ2mPz7@example only in a comment",
        "ENV DATABASE_URL=postgres://postgres:postgres@db/app",
        "ENV BUILD_DATABASE_URL=postgresql://build:placeholder@localhost:5432/none",
        "ENV TEST_DATABASE_URL=postgresql://bookshop:bookshop@localhost:5432/bookshop",
      ),
    ],
  },
  *check(facts) {
    for (const { source, instructions } of facts.dockerfiles) {
      if (secretValues(source.text).length === 0) continue;
      for (const { span } of instructions) {
        const text = source.text.slice(span.start, span.end);
        for (const { kind, start, end, masked } of secretValues(text)) {
          yield {
            at: spanOf(source, span.start + start, span.start + end),
            message: `${masked} is ${kind}, in the open for everyone who reads this file or pulls the image.`,
          };
        }
      }
    }
  },
};
