import type { Instruction } from "../../read/dockerfile/model.ts";
import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { baseName } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** Programs that fill in variables in their arguments, or run them with a shell. */
const expanding = new Set([
  ...["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox", "cmd", "cmd.exe", "powershell", "powershell.exe"],
  ...[
    "pwsh",
    "envsubst",
    "dotenv",
    "dotenvx",
    "confd",
    "gomplate",
    "perl",
    "awk",
    "sed",
    "jq",
    "dumb-init-sh",
  ],
  ...["caddy", "execlineb", "with-contenv", "doppler", "infisical", "chamber"],
]);

/** A variable in an exec form, which no shell fills in. */
export const execFormVariable: Rule = {
  code: "GD006",
  name: "exec-form-variable",
  family: "dockerfile",
  rank: "will-fail",
  what: "CMD or ENTRYPOINT in exec form has a shell variable among its words.",
  why: "The exec form starts the program without a shell, so nobody fills the variable in: the program gets the dollar sign and the name as they stand. Docker documents this for the exec form.",
  fix: 'Run it through a shell that hands over: ["sh", "-c", "exec program --port \\"$PORT\\""].',
  examples: {
    bad: [
      dockerfileExampleAt(
        [3],
        "FROM python:3.13-slim",
        "ENV PORT=8000",
        'CMD ["uvicorn", "app:app", "--port", "$PORT"]',
      ),
      dockerfileExampleAt(
        [2],
        "FROM node:22-slim",
        'ENTRYPOINT ["node", "server.js", "--listen=0.0.0.0:${PORT}"]',
      ),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", 'CMD ["sh", "-c", "exec uvicorn app:app --port $PORT"]'),
      dockerfileExample("FROM python:3.13-slim", "CMD exec uvicorn app:app --port $PORT"),
      dockerfileExample("FROM nginx:1.29", 'CMD ["nginx", "-g", "daemon off;"]'),
      dockerfileExample("FROM caddy:2", 'CMD ["caddy", "file-server", "--listen", "{$LISTEN}"]'),
      dockerfileExample("FROM alpine:3.22", 'ENTRYPOINT ["/bin/sh", "-c", "echo $HOME"]'),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "CMD", "ENTRYPOINT")) {
      if (instruction.form !== "exec" || isExpanded(instruction)) continue;
      for (const word of instruction.json) {
        if (!word.value.includes("$")) continue;
        const variable = /(?<![\\{$])\$(?:\{([A-Za-z_]\w*)(?::?[-+?][^}]*)?\}|([A-Za-z_]\w*))/.exec(
          word.value,
        );
        if (variable === null || /[\s;&|()'"`^]/.test(word.value)) continue;
        const program = baseName(instruction.json[0]?.value ?? "");
        yield {
          at: word.span,
          message: `${program} gets the text ${word.value} and not the value of ${variable[1] ?? variable[2]}: no shell reads the exec form.`,
          fix: `Write ${instruction.keyword} ["sh", "-c", "exec ${instruction.json.map((one) => one.value).join(" ")}"]`,
        };
      }
    }
  },
};

function isExpanded(instruction: Instruction): boolean {
  // A program of one's own may do what it likes with its arguments.
  const words = instruction.json.map((word) => word.value);
  const first = words[0] ?? "";
  if (first.endsWith(".sh") || first.endsWith(".bash") || first.includes("entrypoint")) return true;
  return (
    words.some((word) => expanding.has(baseName(word)) || baseName(word).startsWith("s6-")) ||
    first.startsWith("-")
  );
}
