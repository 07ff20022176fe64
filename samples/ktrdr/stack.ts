import { defineStack, dockerfile, python } from "gantry";

export default defineStack({
  name: "ktrdr",
  services: {
    backend: {
      build: python({
        context: "backend",
        userName: "ktrdr",
        workdir: "/home/ktrdr/app",
        command: [
          ...["uvicorn", "ktrdr.api:app", "--host", "0.0.0.0", "--port", "8000"],
          ...["--log-config", "ktrdr/logging.json", "--no-access-log"],
        ],
        budget: "200m",
      }),
      port: 8000,
      publish: 8000,
      health: { http: "/api/health", live: "/api/health/live" },
      env: { ENVIRONMENT: "development", LOG_LEVEL: "INFO" },
      volumes: {
        "/home/ktrdr/app/data": { volume: "data", backup: true },
        "/home/ktrdr/app/logs": "logs",
        "/home/ktrdr/app/config": { folder: "config", readOnly: true },
      },
    },

    // The document's own way to customise: a Dockerfile that starts FROM the image of the stack.
    research: {
      build: dockerfile({ context: "custom", extends: { "ktrdr-backend": "backend" } }),
      port: 8100,
      health: "/health",
      uses: ["backend"],
    },
  },
  test: { service: "backend", command: ["python", "-m", "pytest", "-q"] },
  environments: {
    production: {
      backend: { env: { ENVIRONMENT: "production" }, cpus: 1, memory: "256m" },
      research: { cpus: 0.5, memory: "128m" },
    },
  },
});
