import {
  type Blueprint,
  defineStack,
  memoryFiles,
  nginx,
  node,
  postgres,
  redis,
  resolve,
  site,
} from "../../../src/index.ts";

/** Files of a small project: a service with a build, and a page. */
export const exampleFiles: Readonly<Record<string, string>> = {
  "api/package.json": JSON.stringify({
    name: "api",
    scripts: { build: "tsc", start: "node dist/server.js" },
  }),
  "api/package-lock.json": "{}",
  "web/package.json": JSON.stringify({ name: "web", scripts: { build: "vite build" } }),
  "web/package-lock.json": "{}",
};

/** A stack with one of everything. */
export const exampleStack = {
  name: "shop",
  services: {
    db: postgres({ version: "17", memory: "1g" }),
    queue: redis({ version: "8", use: "queue" }),
    api: {
      build: node({ context: "api" }),
      port: 3000,
      health: "/health",
      uses: ["db", "queue"],
      before: { migrate: ["node", "dist/migrate.js"] },
      secrets: ["SESSION_KEY"],
      volumes: { "/app/uploads": { volume: "uploads", backup: true } },
    },
    worker: {
      image: "api",
      command: ["node", "dist/worker.js"],
      uses: ["db", "queue"],
      health: { file: "/tmp/alive" },
    },
    edge: nginx({ site: site({ context: "web" }), routes: { "/api": "api" } }),
  },
  test: { service: "api", command: ["node", "--test"] },
} as const;

/** The blueprint of a stack that must be sound. */
export function blueprintOf(
  stack: unknown,
  environment: Blueprint["environment"] = "production",
  files: Readonly<Record<string, string>> = exampleFiles,
): Blueprint {
  const { blueprint, problems } = resolve(stack, environment, memoryFiles(files));
  if (blueprint === undefined)
    throw new Error(problems.map((problem) => `${problem.path}: ${problem.what}`).join("\n"));
  return blueprint;
}

/** What the compiler makes of the example; a change that breaks its types breaks this file. */
export const typed: unknown = defineStack(exampleStack);
