import type { Instruction } from "../../read/dockerfile/model.ts";
import { probeStart } from "../../read/dockerfile/words.ts";
import { eachInstruction } from "../../read/walk.ts";
import { perhaps, replace } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A list in brackets that is no JSON, so it is run as text by a shell. */
export const jsonFormBroken: Rule = {
  code: "GD005",
  name: "json-form-broken",
  family: "dockerfile",
  rank: "will-fail",
  what: "A command is written as a list in brackets that is no valid JSON.",
  why: "Only a JSON list, with double quotes and commas between, is the exec form. Anything else is given to /bin/sh as text, and the shell looks for a program called `[python,` or `[python`.",
  fix: "Write it as JSON: double quotes around each word, a comma between two, none after the last.",
  aliases: [
    { tool: "hadolint", id: "DL3025" },
    { tool: "buildkit", id: "JSONArgsRecommended" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.13-slim", "CMD ['python', 'app.py']"),
      dockerfileExampleAt([2], "FROM python:3.13-slim", 'ENTRYPOINT ["python" "app.py"]'),
      dockerfileExampleAt([2], "FROM python:3.13-slim", 'CMD ["python", "app.py",]'),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", 'CMD ["python", "app.py"]'),
      dockerfileExample("FROM python:3.13-slim", "RUN [ -d /app ] && [ -f /app/x ]"),
      dockerfileExample("FROM python:3.13-slim", 'RUN [ "$A" = "b" ]'),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(
      facts,
      "CMD",
      "ENTRYPOINT",
      "RUN",
      "SHELL",
      "HEALTHCHECK",
    )) {
      const list = brokenList(instruction);
      if (list === undefined) continue;
      const json = repaired(list);
      yield {
        at: instruction.textSpan,
        message: `${instruction.keyword} ${list} is no JSON, so it is not a list of words but text for a shell${
          instruction.keyword === "SHELL" ? ", and SHELL does not take text" : ""
        }.`,
        ...(json === undefined
          ? {}
          : {
              fix: `Write ${instruction.keyword} ${json}`,
              ...(instruction.keyword !== "HEALTHCHECK" && !/[\\\n]/.test(list)
                ? { remedy: perhaps("write it as JSON", replace(instruction.textSpan, json)) }
                : {}),
            }),
      };
    }
  },
};

function brokenList(instruction: Instruction): string | undefined {
  if (instruction.form === "exec" || instruction.heredocs.length > 0) return undefined;
  const start = instruction.keyword === "HEALTHCHECK" ? probeStart(instruction.text) : 0;
  const text = instruction.text.slice(start).trim();
  if (!text.startsWith("[") || !text.endsWith("]") || text.startsWith("[[")) return undefined;
  const inner = text.slice(1, -1).trim();
  // The shell's own test, `[ -f x ]` or `[ "$A" = b ]`, has no commas and an operator.
  if (/^-\w\s|\s(?:=|==|!=|-(?:eq|ne|gt|lt|ge|le|nt|ot))\s|^!/.test(inner)) return undefined;
  if (!/^["']/.test(inner)) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return text;
  }
}

/** The list as JSON, when it is clear what was meant. */
function repaired(text: string): string | undefined {
  const inner = text.slice(1, -1);
  const words = [...inner.matchAll(/"((?:[^"\\]|\\.)*)"|'([^'"\\]*)'/g)];
  const rest = inner.replace(/"((?:[^"\\]|\\.)*)"|'([^'"\\]*)'/g, "");
  if (words.length === 0 || !/^[\s,]*$/.test(rest)) return undefined;
  return `[${words.map((word) => `"${word[1] ?? word[2] ?? ""}"`).join(", ")}]`;
}
