import type { FileTree } from "../../blueprint/files.ts";
import type { Guess, SuggestedService } from "../../blueprint/suggestion.ts";
import type { Source } from "../clues/sources.ts";
import { aliveFileFor, unseenProgress } from "../clues/web.ts";
import { type Application, type celeryIn, moduleOf } from "./applications.ts";

/** The server that runs an application, and its port. */
export function serve(
  app: Application,
  packages: ReadonlySet<string>,
  guesses: Guess[],
): { readonly command: readonly string[]; readonly port: number } {
  const target = `${app.module}:${app.variable}`;
  if (app.framework === "fastapi") {
    const port = app.port ?? 8000;
    if (!packages.has("uvicorn") && !packages.has("fastapi") && !packages.has("fastapi-cli"))
      guesses.push({
        about: "build",
        text: "It runs with uvicorn, which no list of packages names: add it.",
      });
    else if (!packages.has("uvicorn"))
      guesses.push({
        about: "build",
        text: "It runs with uvicorn: the packages must bring it along, as fastapi[standard] does.",
      });
    const factory = app.factory ? ["--factory"] : [];
    return { command: ["uvicorn", target, ...factory, "--host", "0.0.0.0", "--port", String(port)], port };
  }
  const port = app.port ?? (app.framework === "flask" ? 5000 : 8000);
  const asgi = app.framework === "django" && app.asynchronous;
  const server = asgi ? ["daphne", "uvicorn", "gunicorn"] : ["gunicorn", "waitress", "uwsgi"];
  const has = server.find((name) => packages.has(name));
  if (has === "daphne")
    return { command: ["daphne", "--bind", "0.0.0.0", "--port", String(port), target], port };
  if (has === "uvicorn")
    return { command: ["uvicorn", target, "--host", "0.0.0.0", "--port", String(port)], port };
  if (has === "waitress")
    return {
      command: ["waitress-serve", `--listen=0.0.0.0:${port}`, ...(app.factory ? ["--call"] : []), target],
      port,
    };
  if (has === "gunicorn") {
    const called = app.factory ? `${app.module}:${app.variable}()` : target;
    return { command: ["gunicorn", called, "--bind", `0.0.0.0:${port}`], port };
  }
  if (app.framework === "django") {
    guesses.push({
      about: "build",
      text: "No server for production is among its packages: add gunicorn; until then Django's own runs it.",
    });
    return { command: ["python", "manage.py", "runserver", `0.0.0.0:${port}`, "--noreload"], port };
  }
  guesses.push({
    about: "build",
    text: "No server for production is among its packages: add gunicorn; until then Flask's own runs it.",
  });
  return {
    command: ["flask", "--app", target, "run", "--host", "0.0.0.0", "--port", String(port)],
    port,
  };
}

/** Processes by name, each with its command. */
export type Services = Readonly<Record<string, SuggestedService & { readonly command: readonly string[] }>>;

/** Workers, beat and schedulers, which share the image of what serves. */
export function backgroundServices(
  files: FileTree,
  sources: readonly Source[],
  packages: ReadonlySet<string>,
  celery: ReturnType<typeof celeryIn>,
  schedulers: readonly Source[],
  text: string,
): Services {
  const found: Record<string, SuggestedService & { command: readonly string[] }> = {};
  if (celery !== undefined) {
    const app = ["celery", "--app", celery.target];
    found["worker"] = {
      command: [...app, "worker", "--loglevel", "info"],
      health: aliveFileFor("worker", text) ?? {
        command: ["sh", "-c", `celery --app ${celery.target} inspect ping --destination celery@$HOSTNAME`],
        timeout: "10s",
      },
    };
    const inDatabase = packages.has("django-celery-beat");
    if (inDatabase || /beat_schedule|BEAT_SCHEDULE|add_periodic_task|crontab\(/.test(text))
      found["beat"] = {
        command: [
          ...[...app, "beat", "--loglevel", "info", "--pidfile="],
          ...(inDatabase
            ? ["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"]
            : ["--schedule", "/tmp/celerybeat-schedule"]),
        ],
        health: aliveFileFor("beat", text) ?? { none: "beat shows nothing by which one sees that it works" },
        single: true,
      };
  }
  for (const source of schedulers) {
    const { module } = moduleOf(files, sources, source);
    found["scheduler"] = {
      command: ["python", "-m", module],
      health: aliveFileFor("scheduler", text) ?? unseenProgress,
      single: true,
    };
    break;
  }
  return found;
}
