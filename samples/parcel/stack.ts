import { defineStack, nginx, node, postgres, redis, site } from "gantry";

export default defineStack({
  name: "parcel",
  services: {
    db: postgres({ version: "17", memory: "512m" }),
    queue: redis({ version: "8", use: "queue" }),
    cache: redis({ version: "8", use: "cache", memory: "128m" }),

    api: {
      build: node({ context: "server", command: ["node", "dist/api.js"], output: "dist" }),
      port: 3000,
      health: { http: "/health", live: "/health/live" },
      uses: ["db", "queue", "cache"],
      before: { migrate: ["node", "dist/migrate.js"] },
      secrets: ["SESSION_KEY"],
      replicas: 2,
    },
    worker: {
      image: "api",
      command: ["node", "dist/worker.js"],
      uses: ["db", "queue"],
      health: { file: "/tmp/alive" },
    },
    scheduler: {
      image: "api",
      command: ["node", "dist/scheduler.js"],
      uses: ["db", "queue"],
      health: { file: "/tmp/alive" },
      single: true,
    },
    monitor: {
      image: "api",
      command: ["node", "dist/monitor.js"],
      port: 3001,
      health: { http: "/health", live: "/health/live" },
      uses: ["db", "queue"],
      secrets: ["MONITOR_PASSWORD"],
    },
    edge: nginx({
      site: site({ context: "web" }),
      routes: {
        "/api": { service: "api", rateLimit: { rate: "50/s", burst: 100 } },
        "/health": "api",
        "/monitor": "monitor",
      },
    }),
  },
  test: { service: "api", command: ["node", "--test", "dist/test/*.test.js"] },
  environments: {
    production: {
      api: { cpus: 1, memory: "256m" },
      worker: { cpus: 1, memory: "256m" },
      scheduler: { cpus: 1, memory: "128m" },
      monitor: { cpus: 1, memory: "192m" },
      edge: { cpus: 0.5, memory: "128m" },
    },
  },
});
