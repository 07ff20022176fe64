import { readAssignments } from "../../read/dockerfile/assignments.ts";
import { eachInstruction } from "../../read/walk.ts";
import { replace, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** `ENV NAME value` without an equals sign. */
export const legacyKeyValue: Rule = {
  code: "GD053",
  name: "legacy-key-value",
  family: "dockerfile",
  rank: "tidy",
  what: "ENV or LABEL is written with a blank in the place of the equals sign.",
  why: "In this old form everything after the first blank is the value: ENV A=1 written as `ENV A 1 B=2` sets one variable, not two. Docker discourages it and may take it away.",
  fix: "Write NAME=value, in quotes where it holds blanks.",
  aliases: [{ tool: "buildkit", id: "LegacyKeyValueFormat" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22", "ENV NODE_ENV production"),
      dockerfileExampleAt([2], "FROM node:22", "ENV GREETING hello world"),
    ],
    good: [dockerfileExample("FROM node:22", "ENV NODE_ENV=production", 'LABEL title="An app"')],
  },
  *check(facts) {
    for (const { dockerfile, instruction } of eachInstruction(facts, "ENV", "LABEL")) {
      const first = instruction.words[0];
      if (first === undefined || first.raw.includes("=") || instruction.words.length < 2) continue;
      // That is worse than old, and has a rule of its own.
      if (instruction.keyword === "ENV" && instruction.words[1]?.raw.startsWith("=") === true) continue;
      const [entry] = readAssignments(dockerfile.source, instruction, () => undefined, dockerfile.escape);
      if (entry === undefined) continue;
      const value = instruction.text.trim().slice(first.raw.length).trim();
      const bare = /^[\w./:@,+-]+$/.test(value);
      const quotable = /^[^"'\\$`\n]+$/.test(value);
      const written = bare ? value : quotable ? `"${value}"` : undefined;
      yield {
        at: instruction.textSpan,
        message: `Everything after ${entry.name} is its value in this old form of ${instruction.keyword}.`,
        ...(written === undefined
          ? {}
          : {
              fix: `Write ${instruction.keyword} ${entry.name}=${written}`,
              remedy: safely("write it with =", replace(instruction.textSpan, `${first.raw}=${written}`)),
            }),
      };
    }
  },
};
