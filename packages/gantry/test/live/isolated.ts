import { sampleBlueprint, sampleImage, sampleService } from "../operations/sample-blueprint.ts";
import type { StageSettings } from "./stage.ts";

/** A stack whose tests ask its only service; `script` is what the test container runs. */
export function isolated(script: string): StageSettings {
  const image = { kind: "built", image: "app" } as const;
  return {
    blueprint: (name) =>
      sampleBlueprint(
        name,
        [
          sampleService("api", {
            image,
            published: [
              { host: "127.0.0.1", port: 18_080, target: 3000, variable: "API_PORT", protocol: "http" },
            ],
          }),
          sampleService("tests", { role: "test", image, after: [{ service: "api", condition: "healthy" }] }),
        ],
        {
          images: { app: sampleImage("app", { repository: `${name}-app` }) },
          networks: {
            inner: {
              name: "inner",
              internal: false,
              isolated: false,
              subnet: undefined,
              members: ["api", "tests"],
              purpose: "",
            },
          },
          volumes: { data: { name: "data", backup: false, owner: "api" } },
          test: { service: "tests", command: ["node", "-e", script] },
        },
        "test",
      ),
    rendered: (name) => ({
      "deploy/compose.test.yaml": `# Written by Gantry from stack.ts
name: ${name}-test
services:
  api:
    image: ${name}-app:\${TAG:-test}
    ports: [ "127.0.0.1:18080:3000" ]
    networks: [ inner ]
    volumes: [ "data:/data" ]
    healthcheck: { test: [ CMD, node, /app/probe.mjs ], interval: 5s, start_period: 10s, start_interval: 100ms }
  tests:
    image: ${name}-app:\${TAG:-test}
    profiles: [ tests ]
    networks: [ inner ]
    depends_on: { api: { condition: service_healthy } }
networks: { inner: {} }
volumes: { data: {} }
`,
      "deploy/docker-bake.hcl": `# Written by Gantry from stack.ts
variable "TAG" { default = "test" }
target "app-test" {
  context = "."
  dockerfile = "deploy/app.Dockerfile"
  tags = ["${name}-app:\${TAG}"]
}
`,
      "deploy/app.Dockerfile":
        '# Written by Gantry from stack.ts\nFROM node:24-trixie-slim\nCOPY app /app\nCMD ["node", "/app/server.mjs"]\n',
    }),
    files: {
      "app/server.mjs": `import http from "node:http";
http.createServer((request, response) => response.end(process.env.HOSTNAME)).listen(3000);
process.on("SIGTERM", () => process.exit(0));`,
      "app/probe.mjs": `await fetch("http://127.0.0.1:3000/").catch(() => process.exit(1));`,
    },
  };
}
