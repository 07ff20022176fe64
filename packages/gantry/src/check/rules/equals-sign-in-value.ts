import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** `ENV NAME = value`, which sets the name to `= value`. */
export const equalsSignInValue: Rule = {
  code: "GD066",
  name: "equals-sign-in-value",
  family: "dockerfile",
  rank: "will-fail",
  what: "ENV has blanks around its equals sign, which then is a part of the value.",
  why: "Without an equals sign in the first word, Docker takes all that stands behind that word for the value: `ENV PORT = 80` sets PORT to `= 80`. Programs that read it fail, or take what they were given by default.",
  fix: "Write NAME=value without blanks.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22", "ENV PORT = 3000"),
      dockerfileExampleAt([3], "FROM node:22", "ARG TOKEN", "ENV NAME =${TOKEN}"),
    ],
    good: [
      dockerfileExample("FROM node:22", "ENV PORT=3000", 'ENV FLAGS="-a = b"', "ENV OPTS -Dx = y"),
      dockerfileExample("FROM node:22", "ENV PORT 3000"),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "ENV")) {
      const [first, second] = instruction.words;
      if (first === undefined || first.raw.includes("=") || second?.raw.startsWith("=") !== true) continue;
      const value = instruction.text.trim().slice(first.raw.length).trim();
      const meant = value.slice(1).trim();
      const bare = /^[^\s"'\\]+$/.test(meant);
      yield {
        at: instruction.textSpan,
        message: `ENV sets ${first.value} to "${value}", with the equals sign in it.`,
        ...(bare
          ? {
              fix: `Write ENV ${first.raw}=${meant}`,
            }
          : {}),
      };
    }
  },
};
