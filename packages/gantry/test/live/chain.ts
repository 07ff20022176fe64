import type { Blueprint } from "../../src/blueprint/model.ts";
import { sampleBlueprint, sampleImage, sampleService } from "../operations/sample-blueprint.ts";
import type { StageSettings } from "./stage.ts";

/** A small HTTP server that is ready at once, and its probe. */
const server = `
import http from "node:http";
import { readFileSync } from "node:fs";
const port = Number(process.env.PORT ?? 3000);
const secret = process.env.SESSION_KEY_FILE ? readFileSync(process.env.SESSION_KEY_FILE, "utf8") : "";
if (process.env.FAIL === "exit") { console.error("cannot go on: no luck"); process.exit(7); }
http.createServer((request, response) => {
  if (request.url === "/health" && process.env.FAIL === "health") { response.writeHead(503).end("database is away"); return; }
  response.end(request.url === "/secret" ? secret : "ok");
}).listen(port, () => console.log(JSON.stringify({ level: 30, time: Date.now(), msg: "listening", port })));
process.on("SIGTERM", () => process.exit(0));
`;

const probe = `
const response = await fetch("http://127.0.0.1:" + (process.env.PORT ?? 3000) + "/health").catch((error) => ({ ok: false, status: error.message, text: () => "" }));
if (!response.ok) { console.error("status " + response.status + " " + await response.text()); process.exit(1); }
`;

const dockerfile = (marker: string): string => `# Written by Gantry from stack.ts
FROM node:24-trixie-slim
WORKDIR /app
COPY app /app
RUN echo ${marker} > /app/marker
CMD ["node", "/app/server.mjs"]
`;

const bakeText = (name: string): string => `# Written by Gantry from stack.ts
variable "TAG" { default = "latest" }
group "dev" { targets = ["app-dev"] }
target "app-dev" {
  context = "."
  dockerfile = "deploy/app.Dockerfile"
  tags = ["${name}-app:\${TAG}"]
}
`;

const health = `
    healthcheck:
      test: ["CMD", "node", "/app/probe.mjs"]
      interval: 5s
      timeout: 2s
      retries: 2
      start_period: 2s
      start_interval: 200ms
`;

/** What may be changed in the chain. */
export interface ChainOptions {
  readonly api?: string;
  readonly migrate?: string;
  readonly edgePort?: number;
  /** Further lines of the service api. */
  readonly apiExtra?: string;
  readonly marker?: string;
}

/** db (a real PostgreSQL) -> migrate (a job) -> api -> edge, each waiting for the one before. */
export function composeText(name: string, options: ChainOptions = {}): string {
  return `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  db:
    image: postgres:17-trixie
    environment: { POSTGRES_PASSWORD: example, PGDATA: /var/lib/postgresql/data/pgdata }
    volumes: [ "data:/var/lib/postgresql/data" ]
    healthcheck:
      test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"]
      interval: 5s
      timeout: 2s
      retries: 3
      start_period: 60s
      start_interval: 100ms
  migrate:
    image: ${name}-app:\${TAG:-latest}
    command: ["node", "-e", "${options.migrate ?? "console.log('migrated')"}"]
    depends_on: { db: { condition: service_healthy } }
  api:
    image: ${name}-app:\${TAG:-latest}
    environment: { SESSION_KEY_FILE: /run/secrets/SESSION_KEY${options.api ?? ""} }
    volumes: [ "\${SECRETS_DIR:?}/SESSION_KEY:/run/secrets/SESSION_KEY:ro" ]
    depends_on: { migrate: { condition: service_completed_successfully }, db: { condition: service_healthy } }${options.apiExtra ?? ""}${health}
  edge:
    image: ${name}-app:\${TAG:-latest}
    ports: [ "127.0.0.1:${options.edgePort ?? 0}:3000" ]
    depends_on: { api: { condition: service_healthy } }${health}
volumes: { data: {} }
`;
}

/** The chain's blueprint, as far as operations read it. */
export function chainBlueprint(name: string): Blueprint {
  const image = { kind: "built", image: "app" } as const;
  return sampleBlueprint(
    name,
    [
      sampleService("api", {
        image,
        uses: ["db"],
        after: [
          { service: "migrate", condition: "completed" },
          { service: "db", condition: "healthy" },
        ],
        secrets: [
          { secret: "SESSION_KEY", target: "/run/secrets/SESSION_KEY", variable: "SESSION_KEY_FILE" },
        ],
      }),
      sampleService("db", {
        role: "database",
        image: { kind: "reference", reference: "postgres:17-trixie" },
      }),
      sampleService("edge", {
        role: "gateway",
        image,
        uses: ["api"],
        after: [{ service: "api", condition: "healthy" }],
        published: [{ host: "127.0.0.1", port: 0, target: 3000, variable: "EDGE_PORT", protocol: "http" }],
      }),
      sampleService("migrate", { role: "job", image, after: [{ service: "db", condition: "healthy" }] }),
    ],
    {
      images: { app: sampleImage("app", { repository: `${name}-app` }) },
      volumes: { data: { name: "data", backup: true, owner: "db" } },
      secrets: {
        SESSION_KEY: { name: "SESSION_KEY", generate: true, bytes: 32, purpose: "sessions", usedBy: ["api"] },
      },
    },
  );
}

/** The whole chain for a stage. */
export function chain(options: ChainOptions = {}): StageSettings {
  return {
    blueprint: chainBlueprint,
    rendered: (name) => ({
      "deploy/compose.yaml": composeText(name, options),
      "deploy/docker-bake.hcl": bakeText(name),
      "deploy/app.Dockerfile": dockerfile(options.marker ?? "one"),
    }),
    files: { "app/server.mjs": server, "app/probe.mjs": probe },
  };
}
