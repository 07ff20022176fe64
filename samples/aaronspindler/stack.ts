import { defineStack, postgres, python, questdb, redis } from "gantry";

const settings = { DJANGO_SETTINGS_MODULE: "config.settings.production" };

export default defineStack({
  name: "aaronspindler",
  services: {
    postgres: postgres({ version: "17", memory: "512m" }),
    // Three kinds of use, three servers: one that may evict is no place for tasks or sessions.
    broker: redis({ version: "8", use: "queue" }),
    sessions: redis({ version: "8", use: "sessions" }),
    cache: redis({ version: "8", use: "cache" }),
    questdb: questdb({
      version: "9.3.4",
      memory: "1g",
      cpus: 2,
      settings: { "cairo.sql.copy.buffer.size": "4M" },
    }),

    web: {
      build: python({
        packages: ["chromium-headless-shell", "fonts-liberation"],
        // Tests from outside, what people read, and Flower: a change of theirs is no change of the image.
        ignore: ["live", "*.md", "flower"],
        buildEnv: { DJANGO_SETTINGS_MODULE: "config.settings.build" },
        command: ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--access-logfile", "-"],
      }),
      port: 8000,
      publish: 8000,
      health: { http: "/health/", live: "/health/live/" },
      uses: ["postgres", "broker", "sessions", "cache", "questdb"],
      before: {
        migrate: ["python", "manage.py", "migrate", "--noinput"],
        schedules: ["python", "manage.py", "ensure_schedules"],
      },
      env: settings,
      secrets: ["SECRET_KEY", "API_KEY"],
      volumes: { "/app/media": { volume: "media", backup: true } },
    },
    celery: {
      image: "web",
      command: [
        ...["celery", "--app", "config.celery_app", "worker"],
        ...["--pool", "gevent", "--concurrency", "200", "--loglevel", "info"],
      ],
      uses: ["postgres", "broker", "cache", "questdb", "web"],
      env: settings,
      secrets: ["SECRET_KEY"],
      volumes: { "/app/media": "media" },
      health: { file: "/tmp/worker-alive" },
      // Chromium shares pictures between its processes there.
      shm: "256m",
      grace: "60s",
    },
    celerybeat: {
      image: "web",
      command: [
        ...["celery", "--app", "config.celery_app", "beat", "--loglevel", "info", "--pidfile="],
        ...["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"],
      ],
      uses: ["postgres", "broker", { service: "web", wait: "healthy" }],
      env: settings,
      secrets: ["SECRET_KEY"],
      health: { file: "/tmp/beat-alive", maxAge: "120s" },
      single: true,
    },
    // It reads the broker and nothing of the site: no Django, no Chromium, no key of the site in its image.
    flower: {
      build: python({ context: "flower", command: ["celery", "flower", "--conf=flower_settings.py"] }),
      port: 5555,
      publish: 5555,
      uses: ["broker"],
      secrets: ["FLOWER_PASSWORD"],
      volumes: { "/data": "flower-data" },
      health: "/health",
    },
  },
  test: { service: "web", command: ["python", "manage.py", "test", "--verbosity", "1"], env: { CI: true } },
  overrides: { bake: ['group "essential" {', '  targets = ["web"]', "}"] },
  environments: {
    dev: {
      web: { env: { DJANGO_SETTINGS_MODULE: "config.settings.local" } },
      celery: { env: { DJANGO_SETTINGS_MODULE: "config.settings.local" } },
      celerybeat: { env: { DJANGO_SETTINGS_MODULE: "config.settings.local" } },
    },
    production: {
      web: { cpus: 2, memory: "512m", reserve: { cpus: 0.5, memory: "256m" } },
      celery: { cpus: 1, memory: "1g", pids: 1024 },
      celerybeat: { cpus: 0.25, memory: "192m" },
      flower: { cpus: 0.5, memory: "192m" },
    },
  },
});
