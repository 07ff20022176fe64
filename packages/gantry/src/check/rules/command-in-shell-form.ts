import { eachInstruction } from "../../read/walk.ts";
import { perhaps, replace } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** CMD or ENTRYPOINT in shell form. */
export const commandInShellForm: Rule = {
  code: "GD056",
  name: "command-in-shell-form",
  family: "dockerfile",
  rank: "tidy",
  what: "CMD or ENTRYPOINT is in shell form although it uses nothing of a shell.",
  why: "The program is started by /bin/sh -c, which the image must have, and which splits words once more. (Where the shell also keeps the signals away, shell-stays-first-process says so.)",
  fix: "Write it as a JSON list.",
  enabled: false,
  aliases: [
    { tool: "buildkit", id: "JSONArgsRecommended" },
    { tool: "hadolint", id: "DL3025" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM node:22", "CMD node server.js")],
    good: [
      dockerfileExample("FROM node:22", 'CMD ["node", "server.js"]'),
      dockerfileExample("FROM node:22", "CMD exec node server.js --port $PORT"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, instruction } of eachInstruction(facts, "CMD", "ENTRYPOINT")) {
      const text = instruction.text.trim();
      if (instruction.form === "exec" || text === "" || /[$&;|<>`(){}*?~[\]#!=\\\n]|^exec\b/.test(text))
        continue;
      const list = `[${instruction.words.map((word) => JSON.stringify(word.value)).join(", ")}]`;
      const inOneLine = !dockerfile.source.text
        .slice(instruction.textSpan.start, instruction.textSpan.end)
        .includes("\n");
      yield {
        at: instruction.textSpan,
        message: `${instruction.keyword} starts ${instruction.words[0]?.value} through a shell without need.`,
        fix: `Write ${instruction.keyword} ${list}`,
        ...(inOneLine ? { remedy: perhaps("write it as a list", replace(instruction.textSpan, list)) } : {}),
      };
    }
  },
};
