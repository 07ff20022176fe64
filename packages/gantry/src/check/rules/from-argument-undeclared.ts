import { expand } from "../../read/dockerfile/expand.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { givenByBuilder } from "../dockerfile/variables.ts";
import type { Rule } from "../types.ts";

/** FROM with a variable that no ARG before the first FROM declares. */
export const fromArgumentUndeclared: Rule = {
  code: "GD001",
  name: "from-argument-undeclared",
  family: "dockerfile",
  rank: "will-fail",
  what: "A FROM uses a variable that no ARG before the first FROM declares.",
  why: "FROM sees only arguments that are declared above the first FROM, and the platform arguments of BuildKit; every other variable is empty there, even when a build argument of that name is given or a stage declares it.",
  fix: "Declare the argument with ARG above the first FROM.",
  aliases: [{ tool: "buildkit", id: "UndefinedArgInFrom" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM alpine:3.22 AS tools", "FROM python:${PYTHON}-slim", 'CMD ["python"]'),
      {
        title: "an argument that is declared in a stage only",
        ...dockerfileExampleAt([1], "FROM node:$NODE", "ARG NODE=22"),
      },
    ],
    good: [
      dockerfileExample("ARG PYTHON=3.13", "FROM python:${PYTHON}-slim", 'CMD ["python"]'),
      dockerfileExample("FROM --platform=$BUILDPLATFORM golang:1.25 AS build"),
      dockerfileExample("FROM node:${NODE:-22}"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      const declared = new Set(dockerfile.globalArgs.map((argument) => argument.name));
      const places = [{ text: stage.baseText, at: stage.baseSpan }];
      if (stage.platform?.value !== undefined)
        places.push({ text: stage.platform.value, at: stage.platform.span });
      for (const { text, at } of places) {
        const { names } = expand(text, (name) => (declared.has(name) ? "x" : undefined), dockerfile.escape);
        for (const name of names) {
          if (declared.has(name) || givenByBuilder(name) || hasFallback(text, name)) continue;
          const inside = dockerfile.stages
            .flatMap((one) => one.args)
            .find((argument) => argument.name === name);
          yield {
            at,
            message: `${text} is built from ${name}, which no ARG before the first FROM declares, so it is empty here.`,
            fix: `Write ARG ${name}=... above the first FROM.`,
            ...(inside === undefined
              ? {}
              : {
                  related: [
                    { at: inside.span, message: `this ARG ${name} belongs to a stage; FROM does not see it` },
                  ],
                }),
          };
        }
      }
    }
  },
};

function hasFallback(text: string, name: string): boolean {
  return new RegExp(`\\$\\{${name}:?[-+?]`).test(text);
}
