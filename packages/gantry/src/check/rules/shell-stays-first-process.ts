import { commandsOf } from "../../read/shell/questions.ts";
import { deliveredStages, isForDevelopment } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A chain of commands whose last program runs below a shell. */
export const shellStaysFirstProcess: Rule = {
  code: "GD034",
  name: "shell-stays-first-process",
  family: "dockerfile",
  rank: "hardening",
  what: "A container's command is a chain of commands whose last one is started without exec.",
  why: "The shell stays the first process and passes no signals on: docker stop waits ten seconds and then kills, so that the program never finishes its requests or jobs.",
  fix: "Write exec in front of the last command.",
  aliases: [{ tool: "buildkit", id: "JSONArgsRecommended" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.13-slim", "CMD python manage.py migrate && gunicorn app.wsgi"),
      dockerfileExampleAt(
        [2],
        "FROM python:3.13-slim",
        'CMD ["sh", "-c", "alembic upgrade head && uvicorn app:app"]',
      ),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", "CMD python manage.py migrate && exec gunicorn app.wsgi"),
      dockerfileExample("FROM python:3.13-slim", 'CMD ["gunicorn", "app.wsgi"]'),
      {
        title: "one simple command, which the shell replaces itself with",
        ...dockerfileExample("FROM python:3.13-slim", "CMD gunicorn app.wsgi"),
      },
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of deliveredStages(facts, dockerfile)) {
        if (isForDevelopment(dockerfile, stage)) continue;
        const setting = stage.config.entrypoint ?? stage.config.cmd;
        if (setting === undefined || stage.config.shell !== undefined) continue;
        const commands = commandsOf(setting.value).filter((command) => command.depth === 0);
        const last = commands.at(-1);
        if (commands.length < 2 || last === undefined || last.name === "exec" || last.name === "wait")
          continue;
        if (last.before !== "&&" && last.before !== ";" && last.before !== "\n") continue;
        // Traps and background jobs are signs of somebody who takes care of signals.
        if (
          /\btrap\b|&\s*$|[^&]&[^&]|\bfi\b|\bdone\b|\bexit\b/.test(
            setting.value.form === "exec" ? (setting.value.words[2] ?? "") : setting.value.text,
          )
        )
          continue;
        if (/^(?:true|false|:|exit|sleep)$/.test(last.name)) continue;
        yield {
          at: setting.span,
          message: `${last.name} runs below a shell that passes no signals on, so docker stop kills it after ten seconds.`,
          fix: `Write exec ${last.name} ... as the last command.`,
        };
      }
    }
  },
};
