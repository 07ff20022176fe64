import { imageIn } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const commandNeverUsed: Rule = {
  code: "GX024",
  name: "command-never-used",
  family: "across",
  rank: "will-fail",
  what: "A service has a `command`, but the ENTRYPOINT of its image is written in shell form.",
  why: 'A shell-form ENTRYPOINT runs as `sh -c "..."`: what follows becomes arguments of that shell and is dropped. Every service runs the same program, whatever its `command` says.',
  fix: 'Write the ENTRYPOINT as a list (`ENTRYPOINT ["program"]`), or give the service an `entrypoint` of its own.',
  aliases: [{ tool: "buildkit", id: "JSONArgsRecommended" }],
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim
            ENTRYPOINT python manage.py
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                command: runserver 0.0.0.0:8000
          `,
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim
            ENTRYPOINT exec python manage.py "$@"
          `,
          "list.Dockerfile": dedent`
            FROM python:3.13-slim
            ENTRYPOINT ["python", "manage.py"]
          `,
          "compose.yaml": dedent`
            services:
              arguments:
                build: .
                command: runserver
              list:
                build: { context: ., dockerfile: list.Dockerfile }
                command: runserver
              own:
                build: .
                entrypoint: ["python", "manage.py"]
                command: runserver
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const { command } = service;
      if (command === undefined || command.value.words.length === 0 || service.entrypoint !== undefined)
        continue;
      const image = imageIn(project, service);
      const entrypoint = image.kind === "built" ? image.stage.config.entrypoint : undefined;
      if (entrypoint?.value.form !== "shell" || /\$(?:[@*0-9]|\{[@*0-9])/.test(entrypoint.value.text))
        continue;
      yield {
        at: command.span,
        message: `${service.name} runs \`${entrypoint.value.text}\` and drops its command \`${command.value.words.join(" ")}\`.`,
        related: [{ at: entrypoint.span, message: "the entry point in shell form" }],
      };
    }
  },
};
