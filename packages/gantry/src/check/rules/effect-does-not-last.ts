import type { ShellCommand } from "../../read/shell/questions.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { runsIn } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** A RUN that only changes its own shell. */
export const effectDoesNotLast: Rule = {
  code: "GD021",
  name: "effect-does-not-last",
  family: "dockerfile",
  rank: "will-fail",
  what: "A RUN ends with a command whose effect is gone when the RUN is over: cd, export, source, alias, or starting a service.",
  why: "Each RUN is a shell of its own, and of what it did only the files stay. The next instruction starts in the old folder, without the variable, without the virtual environment, and without the service.",
  fix: "Use WORKDIR for cd, ENV for export and for a virtual environment's PATH, and start services in the container.",
  aliases: [
    { tool: "hadolint", id: "DL3003" },
    { tool: "trivy", id: "DS-0013" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22", "RUN cd /app", "RUN npm ci"),
      dockerfileExampleAt(
        [2],
        "FROM python:3.13",
        "RUN python -m venv /venv && . /venv/bin/activate",
        "RUN pip install flask",
      ),
      dockerfileExampleAt([2], "FROM node:22", "RUN export NODE_ENV=production"),
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN apt-get update && apt-get install -y redis && service redis-server start",
      ),
    ],
    good: [
      dockerfileExample("FROM node:22", "RUN cd /app && npm ci"),
      dockerfileExample("FROM python:3.13", "RUN . /venv/bin/activate && pip install flask"),
      dockerfileExample("FROM debian:13", "RUN service redis-server start && ./test.sh"),
      dockerfileExample("FROM debian:13", "RUN (make && cd docs && make; cd ..)"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const { instruction, commands } of runsIn(dockerfile, dockerfile.stages)) {
        if (instruction.form === "exec") continue;
        const last = commands.at(-1);
        if (last === undefined || last.depth > 0 || last.before === "|" || last.before === "||") continue;
        const cure = cureFor(last, commands.length);
        // Inside of loops and conditions it may well have mattered.
        if (cure === undefined || /\b(?:done|fi|esac)\b/.test(instruction.text)) continue;
        yield {
          at: last.span,
          message: `${last.words.map((word) => word.raw).join(" ")} has no effect beyond this RUN.`,
          fix: cure,
        };
      }
    }
  },
};

function cureFor(command: ShellCommand, count: number): string | undefined {
  const [, first] = command.words;
  switch (command.name) {
    case "cd":
      // After other commands it is mostly the way back to where one came from.
      return count === 1 && first !== undefined ? `Write WORKDIR ${first.raw}` : undefined;
    case "export":
      return first?.value.includes("=") ? `Write ENV ${first.raw}` : undefined;
    case ".":
    case "source": {
      const path = /^(.*)\/bin\/activate$/.exec(first?.value ?? "")?.[1];
      if (path === undefined)
        return count === 1
          ? "Put what it sets into ENV, or run it in the same RUN as what needs it."
          : undefined;
      return `Write ENV PATH="${path}/bin:$PATH"`;
    }
    case "alias":
      return "Write a small script into /usr/local/bin instead.";
    case "service":
      return command.words[2]?.value === "start" && !["ssh", "sshd"].includes(first?.value ?? "")
        ? "Start it when the container starts, or in a container of its own."
        : undefined;
    case "systemctl":
      return first?.value === "start" || first?.value === "restart"
        ? "Containers have no systemd: start the program itself, in a container of its own."
        : undefined;
    default:
      return undefined;
  }
}
