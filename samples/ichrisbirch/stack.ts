import { defineStack, postgres, python } from "gantry";

export default defineStack({
  name: "ichrisbirch",
  services: {
    postgres: postgres({ version: "17", memory: "256m" }),

    // One image for all three; what differs is the command.
    api: {
      build: python({
        command: [
          ...["gunicorn", "ichrisbirch.wsgi_api:api", "--bind", "0.0.0.0:8000"],
          ...["--worker-class", "uvicorn_worker.UvicornWorker"],
        ],
        // Tests from outside, and what people read: a change of theirs is no change of the image.
        ignore: ["live", "*.md"],
        budget: "200m",
      }),
      port: 8000,
      publish: 8000,
      health: { http: "/health", live: "/health/live" },
      uses: ["postgres"],
      before: { migrate: ["alembic", "--config", "ichrisbirch/alembic.ini", "upgrade", "head"] },
    },
    app: {
      image: "api",
      command: ["gunicorn", "ichrisbirch.wsgi_app:app", "--bind", "0.0.0.0:5000"],
      dev: {
        command: [
          "flask",
          "--app",
          "ichrisbirch.wsgi_app:app",
          "run",
          "--host",
          "0.0.0.0",
          "--port",
          "5000",
          "--debug",
        ],
      },
      port: 5000,
      publish: 5000,
      health: { http: "/health", live: "/health/live" },
      uses: ["api"],
      secrets: ["SECRET_KEY"],
    },
    scheduler: {
      image: "api",
      command: ["python", "-m", "ichrisbirch.wsgi_scheduler"],
      health: { file: "/tmp/alive" },
      uses: ["postgres", { service: "api", wait: "healthy" }],
      single: true,
    },
  },
  test: {
    service: "api",
    command: ["python", "-m", "pytest", "-q"],
    uses: ["postgres", "api", "app"],
    env: { ENVIRONMENT: "test" },
  },
  environments: {
    dev: {
      api: { env: { ENVIRONMENT: "development", LOG_LEVEL: "DEBUG" } },
      app: { env: { ENVIRONMENT: "development", LOG_LEVEL: "DEBUG" } },
      scheduler: { env: { ENVIRONMENT: "development", LOG_LEVEL: "DEBUG" } },
    },
    production: {
      api: { env: { ENVIRONMENT: "production" }, cpus: 2, memory: "384m" },
      app: { env: { ENVIRONMENT: "production" }, cpus: 1, memory: "256m" },
      scheduler: { env: { ENVIRONMENT: "production" }, cpus: 0.5, memory: "128m" },
    },
  },
});
