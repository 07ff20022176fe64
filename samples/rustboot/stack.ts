import { defineStack, nginx, pgadmin, postgres, redis, redisCommander, rust } from "gantry";

export default defineStack({
  name: "rustboot",
  services: {
    postgres: postgres({ version: "17", memory: "2g", maxConnections: 200, database: "rustboot_db" }),
    redis: redis({
      version: "8",
      use: "sessions",
      memory: "1g",
      maxmemory: "512m",
      settings: { "maxmemory-policy": "allkeys-lru" },
    }),

    app: {
      build: rust({ context: "app", libc: "musl", include: ["config"], budget: "25m" }),
      port: 8080,
      health: { http: "/health", live: "/health/live" },
      uses: ["postgres", "redis"],
      before: { migrate: ["rustboot", "migrate"] },
      secrets: ["API_KEY"],
      env: { ENVIRONMENT: "development" },
    },

    // The same program on the other two kinds of images: tested with each change, run in production by whoever wants.
    "app-debian": {
      build: rust({ context: "app", runtime: "debian", include: ["config"] }),
      port: 8080,
      health: { http: "/health", live: "/health/live" },
      uses: ["postgres", "redis"],
      secrets: ["API_KEY"],
      env: { ENVIRONMENT: "test" },
      only: ["test"],
    },
    "app-alpine": {
      build: rust({ context: "app", runtime: "alpine", include: ["config"] }),
      port: 8080,
      health: { http: "/health", live: "/health/live" },
      uses: ["postgres", "redis"],
      secrets: ["API_KEY"],
      env: { ENVIRONMENT: "test" },
      only: ["test"],
    },

    nginx: nginx({
      routes: { "/api": { service: "app", rateLimit: { rate: "20/s", burst: 40 } }, "/health": "app" },
      tls: true,
    }),

    pgadmin: pgadmin({ version: "9.18", servers: ["postgres"], publish: 5050 }),
    "redis-commander": redisCommander({ version: "0.9.0", servers: ["redis"], publish: 8081 }),
  },
  test: { service: "app", command: ["run-tests"] },
  environments: {
    test: { app: { env: { ENVIRONMENT: "test" } } },
    production: {
      app: {
        env: { ENVIRONMENT: "production", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
        replicas: 3,
        cpus: 2,
        memory: "1g",
        reserve: { cpus: 1, memory: "512m" },
      },
      nginx: { cpus: 0.5, memory: "128m" },
    },
  },
});
