import type { CommandLine, Stage } from "../../read/dockerfile/model.ts";
import { parseShell } from "../../read/shell/parse.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { deliveredStages, isForDevelopment } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A program that runs below the shell of Debian, which stays the first process. */
export const shellStaysFirstProcess: Rule = {
  code: "GD034",
  name: "shell-stays-first-process",
  family: "dockerfile",
  rank: "hardening",
  what: "A container's command is run by the shell of Debian or Ubuntu without exec.",
  why: "Their /bin/sh is dash, which starts the program as its child, stays the first process and passes no signals on (bash and the shell of Alpine put the program in their own place): the program never hears docker stop, and is killed in the middle of its requests or jobs.",
  fix: "Write it as a JSON list, or exec in front of the last command.",
  aliases: [{ tool: "buildkit", id: "JSONArgsRecommended" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.13-slim", "CMD python manage.py migrate && gunicorn app.wsgi"),
      dockerfileExampleAt(
        [2],
        "FROM python:3.13-slim",
        'CMD ["sh", "-c", "alembic upgrade head && uvicorn app:app"]',
      ),
      dockerfileExampleAt([2], "FROM node:22", "CMD node server.js"),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", "CMD python manage.py migrate && exec gunicorn app.wsgi"),
      dockerfileExample("FROM python:3.13-slim", 'CMD ["gunicorn", "app.wsgi"]'),
      {
        title: "Alpine's shell, which the program replaces",
        ...dockerfileExample("FROM python:3.13-alpine", "CMD gunicorn app.wsgi"),
      },
      dockerfileExample("FROM python:3.13-slim", 'CMD ["bash", "-c", "gunicorn app.wsgi"]'),
      dockerfileExample("FROM python:3.13-slim", 'SHELL ["/bin/bash", "-c"]', "CMD gunicorn app.wsgi"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of deliveredStages(facts, dockerfile)) {
        if (isForDevelopment(dockerfile, stage)) continue;
        const setting = stage.config.entrypoint ?? stage.config.cmd;
        if (setting === undefined || !runsInDash(stage, setting.value)) continue;
        const script = scriptOf(setting.value);
        const commands = parseShell(script).filter((command) => command.depth === 0);
        const last = commands.at(-1);
        if (last === undefined || last.name === "exec" || last.name === "wait" || last.name === "") continue;
        // Traps, loops and background jobs are signs of somebody who takes care of processes.
        if (/\btrap\b|&\s*$|[^&]&[^&]|\bfi\b|\bdone\b|\bexit\b|\|/.test(script)) continue;
        if (harmless.has(last.name)) continue;
        yield {
          at: setting.span,
          message: `${last.name} runs below /bin/sh, which passes no signals on: it never hears docker stop, and is killed.`,
          fix: `Write exec ${commands.length > 1 ? "in front of the last command" : `${last.name} ...`}${commands.length > 1 ? "" : ", or the command as a JSON list"}.`,
        };
      }
    }
  },
};

/** What replaces the shell by itself, and what ends at once. */
const harmless: ReadonlySet<string> = new Set([
  ...["true", "false", ":", "exit", "echo", "gosu", "su-exec", "tini", "dumb-init", ".", "source"],
]);

const dash = ["sh", "dash", "/bin/sh", "/bin/dash"];

/** Whether the command line is read by dash: the /bin/sh of Debian and Ubuntu. */
function runsInDash(stage: Stage, command: CommandLine): boolean {
  const family = distributionOf(stage.rootImage)?.family;
  if (family !== "debian" && family !== "ubuntu") return false;
  if (command.form === "exec") return dash.includes(command.words[0] ?? "") && command.words[1] === "-c";
  // A list that is not quite JSON has a finding of its own.
  return stage.config.shell === undefined && !command.text.trim().startsWith("[");
}

function scriptOf(command: CommandLine): string {
  return command.form === "exec" ? (command.words[2] ?? "") : command.text;
}
