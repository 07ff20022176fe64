import { defineStack, nginx, postgres, python, redis, site } from "gantry";

export default defineStack({
  name: "learn-greek-easy",
  services: {
    postgres: postgres({
      version: "17",
      memory: "1g",
      cpus: 1,
      database: "learn_greek_easy",
      user: "postgres",
      init: ["scripts/init-db.sql"],
      settings: { "pg_stat_statements.track": "all" },
    }),
    // Two servers: one that may evict would sooner or later evict a task.
    queue: redis({ version: "8", use: "queue", memory: "256m" }),
    cache: redis({ version: "8", use: "cache", maxmemory: "128m" }),

    backend: {
      build: python({
        context: "backend",
        command: ["uvicorn", "src.main:app", "--host", "0.0.0.0", "--port", "8000", "--no-access-log"],
        budget: "200m",
      }),
      port: 8000,
      health: { http: "/health", live: "/health/live" },
      uses: ["postgres", "cache", "queue"],
      before: { migrate: ["alembic", "upgrade", "head"] },
      secrets: ["JWT_SECRET_KEY"],
      env: { API_V1_PREFIX: "/api/v1", CORS_ORIGINS: "" },
      replicas: 2,
    },
    "celery-worker": {
      image: "backend",
      command: ["celery", "--app", "src.tasks", "worker", "--loglevel", "info", "--concurrency", "2"],
      uses: ["postgres", "cache", "queue"],
      health: { file: "/tmp/worker-alive" },
    },
    "celery-beat": {
      image: "backend",
      command: ["celery", "--app", "src.tasks", "beat", "--loglevel", "info", "--schedule", "/tmp/beat"],
      uses: ["queue"],
      health: { file: "/tmp/beat-alive", maxAge: "150s" },
      single: true,
    },
    frontend: nginx({
      site: site({ context: "frontend", budget: "50m" }),
      routes: {
        "/api": { service: "backend", rateLimit: { rate: "50/s", burst: 100 } },
        "/health": "backend",
      },
      tls: true,
    }),
  },
  network: { subnet: "172.28.0.0/16" },
  test: { service: "backend", command: ["python", "-m", "pytest", "-q"], env: { ENVIRONMENT: "test" } },
  environments: {
    dev: {
      backend: { env: { ENVIRONMENT: "development", CORS_ORIGINS: "http://localhost:5173" } },
    },
    production: {
      backend: { env: { ENVIRONMENT: "production" }, cpus: 1, memory: "512m" },
      "celery-worker": { env: { ENVIRONMENT: "production" }, cpus: 0.5, memory: "512m" },
      "celery-beat": { env: { ENVIRONMENT: "production" }, cpus: 0.25, memory: "256m" },
      frontend: { cpus: 0.5, memory: "256m" },
      cache: { cpus: 0.25 },
      queue: { cpus: 0.25 },
    },
  },
});
