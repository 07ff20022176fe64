import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** ENTRYPOINT in shell form beside a CMD. */
export const entrypointIgnoresCommand: Rule = {
  code: "GD024",
  name: "entrypoint-ignores-command",
  family: "dockerfile",
  rank: "will-fail",
  what: "ENTRYPOINT is in shell form, and there is a CMD that it therefore never sees.",
  why: "The shell form runs /bin/sh -c 'TEXT'; CMD, and whatever follows the image's name in docker run or stands in command:, becomes arguments of that shell, which the text does not use.",
  fix: "Write ENTRYPOINT as a JSON list.",
  aliases: [
    { tool: "hadolint", id: "DL3025" },
    { tool: "buildkit", id: "JSONArgsRecommended" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM python:3.13-slim",
        "ENTRYPOINT python manage.py",
        'CMD ["runserver", "0.0.0.0:8000"]',
      ),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim", 'ENTRYPOINT ["python", "manage.py"]', 'CMD ["runserver"]'),
      dockerfileExample("FROM python:3.13-slim", "ENTRYPOINT exec gunicorn app:app"),
      dockerfileExample(
        "FROM python:3.13-slim",
        'ENTRYPOINT exec python manage.py "$0" "$@"',
        'CMD ["runserver"]',
      ),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      const { entrypoint, cmd } = stage.config;
      if (entrypoint === undefined || cmd === undefined || entrypoint.value.form === "exec") continue;
      if (cmd.value.words.length === 0 || /\$(?:[0-9@*]|\{[0-9@*])/.test(entrypoint.value.text)) continue;
      // A list that is not quite JSON has a finding of its own.
      if (entrypoint.value.text.trim().startsWith("[")) continue;
      const words = entrypoint.value.words;
      const simple = !/[$&;|<>`(){}*?~]/.test(entrypoint.value.text);
      yield {
        at: entrypoint.span,
        message: `CMD ${cmd.value.text} is thrown away: ENTRYPOINT runs "${entrypoint.value.text}" through a shell, which takes no arguments.`,
        ...(simple ? { fix: `Write ENTRYPOINT ${JSON.stringify(words).replaceAll('","', '", "')}` } : {}),
        related: [{ at: cmd.span, message: "never reaches the program" }],
      };
    }
  },
};
