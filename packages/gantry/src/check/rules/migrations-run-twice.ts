import { hasAny } from "../../base/text.ts";
import { effectiveCommand, imageIn } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const migrationsRunTwice: Rule = {
  code: "GX032",
  name: "migrations-run-twice",
  family: "across",
  rank: "loses-data",
  what: "Each replica of a service migrates the database when it starts.",
  why: "Django and Alembic take no lock: two replicas that start together run the same migration at the same time. One fails half-way, or both write; data migrations run twice.",
  fix: "Migrate in a service of its own, and let the replicas wait for it with `service_completed_successfully`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                command: sh -c "python manage.py migrate && gunicorn shop.wsgi"
                deploy:
                  replicas: 2
          `,
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              migrate:
                image: shop/web:2
                command: python manage.py migrate
              web:
                image: shop/web:2
                command: gunicorn shop.wsgi
                deploy:
                  replicas: 2
                depends_on:
                  migrate: { condition: service_completed_successfully }
              check:
                image: shop/web:2
                command: sh -c "python manage.py migrate --check && gunicorn shop.wsgi"
                scale: 2
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const replicas = service.replicas?.value ?? 1;
      const command = replicas < 2 ? undefined : effectiveCommand(service, imageIn(project, service));
      if (command === undefined) continue;
      const text = `${command.words.join(" ")} ${command.command?.text ?? ""}`;
      if (!hasAny(text, ["migrate", "upgrade"])) continue;
      const migration =
        /\bmanage\.py\s+migrate\b(?!\s+--(?:check|plan))|\balembic\s+(?:-\S+\s+\S+\s+)*upgrade\b|\bflask\s+(?:--app\s+\S+\s+)?db\s+upgrade\b/.exec(
          text,
        );
      if (migration === null) continue;
      yield {
        at: command.span,
        message: `All ${replicas} replicas of ${service.name} run \`${migration[0]}\` at the same time.`,
        ...(service.replicas === undefined
          ? {}
          : { related: [{ at: service.replicas.span, message: "the replicas" }] }),
      };
    }
  },
};
