import type { Blueprint, ServiceBlueprint } from "../../src/blueprint/model.ts";
import { sampleBlueprint, sampleImage, sampleService } from "../operations/sample-blueprint.ts";
import type { StageSettings } from "./stage.ts";

/** Name of the stack's only secret, which is also the variable that gives its value. */
export const secretName = "VERIFY_TOKEN";

/** Answers whether its store does; unless it lies. */
const server = `
import { createServer } from "node:http";
import { connect } from "node:net";
if (process.env.SAYS) console.log(process.env.SAYS);
const store = process.env.STORE;
const pong = () => new Promise((done) => {
  const socket = connect(6379, store, () => socket.write("PING\\r\\n"));
  socket.setTimeout(500, () => socket.destroy(new Error("no answer")));
  socket.on("data", () => { done(true); socket.destroy(); }).on("error", () => done(false));
});
createServer(async (request, response) => {
  const well = store === undefined || process.env.LIES === "1" || (await pong());
  response.writeHead(well ? 200 : 503).end(well ? "ok" : "the store is away");
}).listen(3000, () => console.log(JSON.stringify({ level: "info", msg: "listening" })));
process.on("SIGTERM", () => process.exit(0));
`;

const probe = `
const answer = await fetch("http://127.0.0.1:3000/").catch(() => ({ ok: false }));
process.exit(answer.ok ? 0 : 1);
`;

/** What may be wrong with the stack that runs; the blueprint stays the same. */
export interface Faults {
  /** Value that stands where it does not belong. */
  readonly leaked?: string;
  readonly api?: string;
  readonly apiVariables?: string;
  readonly other?: string;
  /** Networks of each service. */
  readonly networks?: { readonly api: string; readonly other: string; readonly store: string };
  /** Lines that mount the store's data. */
  readonly storeData?: string;
  /** Changes of what is expected. */
  readonly expect?: {
    readonly budget?: number;
    readonly otherReplicas?: number;
    readonly maps?: number;
  };
}

const sound = `
    user: "1000:1000"
    read_only: true
    restart: unless-stopped`;

const hardened = `
    cap_drop: [ ALL ]
    security_opt: [ "no-new-privileges:true" ]
    mem_limit: 128m`;

const health = `
    healthcheck: { test: [ CMD, node, /app/probe.mjs ], interval: 5s, timeout: 3s, retries: 3, start_period: 30s, start_interval: 100ms }`;

function compose(name: string, faults: Faults): string {
  const on = faults.networks ?? { api: "inner", other: "alone", store: "inner" };
  return `# Written by Gantry from stack.ts
name: ${name}-dev
services:
  api:
    image: ${name}-app:\${TAG:-latest}
    environment: { STORE: store${faults.apiVariables ?? ""} }
    volumes: [ "\${SECRETS_DIR:?}/${secretName}:/run/secrets/${secretName}:ro" ]
    networks: [ ${on.api} ]
    depends_on: { store: { condition: service_healthy } }${faults.api ?? sound}${hardened}${health}
  other:
    image: ${name}-app:\${TAG:-latest}
    networks: [ ${on.other} ]${faults.other ?? sound}${hardened}${health}
  store:
    image: redis:8-trixie
    command: [ redis-server, --appendonly, "yes", --save, "" ]
    networks: [ ${on.store} ]${faults.storeData ?? '\n    volumes: [ "data:/data" ]'}${sound.replace("1000:1000", "999:999")}${hardened}
    healthcheck: { test: [ CMD, redis-cli, -e, ping ], interval: 5s, timeout: 3s, retries: 3, start_period: 30s, start_interval: 100ms }
networks: { inner: { internal: true }, alone: { internal: true } }
volumes: { data: {} }
`;
}

const bake = (name: string): string => `# Written by Gantry from stack.ts
variable "TAG" { default = "latest" }
target "app-dev" {
  context = "."
  dockerfile = "deploy/app.Dockerfile"
  tags = ["${name}-app:\${TAG}"]
}
`;

const rights = {
  restart: "unless-stopped",
  security: {
    user: "1000:1000",
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    addCapabilities: [],
    noNewPrivileges: true,
    init: false,
  },
  resources: { ...sampleService("x").resources, memory: 128 * 1024 ** 2 },
} as const satisfies Partial<ServiceBlueprint>;

function blueprint(name: string, { expect = {} }: Faults): Blueprint {
  const own = {
    ...rights,
    image: { kind: "built", image: "app" },
    listens: [{ port: 3000, protocol: "http", purpose: "requests" }],
    health: {
      ...sampleService("x").health,
      probe: { kind: "http", port: 3000, path: "/" },
      test: ["CMD", "node", "/app/probe.mjs"],
    },
  } as const satisfies Partial<ServiceBlueprint>;
  const image = sampleImage("app", { repository: `${name}-app` });
  const network = (members: readonly string[]) => ({
    internal: true,
    isolated: false,
    subnet: undefined,
    members,
    purpose: "",
  });
  return sampleBlueprint(
    name,
    [
      sampleService("api", {
        ...own,
        uses: ["store"],
        after: [{ service: "store", condition: "healthy" }],
        networks: [{ network: "inner", aliases: [] }],
        secrets: [{ secret: secretName, target: `/run/secrets/${secretName}`, variable: undefined }],
        kernel: { "vm.max_map_count": { atLeast: expect.maps ?? 1, why: "It maps much." } },
      }),
      sampleService("other", {
        ...own,
        networks: [{ network: "alone", aliases: [] }],
        replicas: expect.otherReplicas ?? 1,
      }),
      sampleService("store", {
        ...rights,
        security: { ...rights.security, user: "999:999" },
        role: "cache",
        image: { kind: "reference", reference: "redis:8-trixie" },
        listens: [{ port: 6379, protocol: "tcp", purpose: "Redis" }],
        networks: [{ network: "inner", aliases: [] }],
        mounts: [{ kind: "volume", volume: "data", target: "/data", readOnly: false }],
        kernel: { "vm.max_map_count": { atLeast: expect.maps ?? 1, why: "It maps much." } },
        backing: { part: "redis", version: "8", data: "/data", settings: {} },
      }),
    ],
    {
      images: {
        app: {
          ...image,
          plan: {
            ...image.plan,
            image: { ...image.plan.image, budget: expect.budget ?? 1_000_000_000 },
          },
        },
      },
      networks: {
        inner: { name: "inner", ...network(["api", "store"]) },
        alone: { name: "alone", ...network(["other"]) },
      },
      volumes: { data: { name: "data", backup: false, owner: "store" } },
      secrets: {
        [secretName]: { name: secretName, generate: true, bytes: 32, purpose: "a test", usedBy: ["api"] },
      },
    },
  );
}

/** A stack of two servers and a store, right or with faults. */
export function verifyStack(faults: Faults = {}): StageSettings {
  return {
    blueprint: (name) => blueprint(name, faults),
    rendered: (name) => ({
      "deploy/compose.yaml": compose(name, faults),
      "deploy/docker-bake.hcl": bake(name),
      "deploy/app.Dockerfile":
        '# Written by Gantry from stack.ts\nFROM node:24-trixie-slim\nCOPY app /app\nCMD ["node", "/app/server.mjs"]\n',
    }),
    files: {
      "app/server.mjs": server,
      "app/probe.mjs": probe,
      ...(faults.leaked === undefined ? {} : { "app/notes.txt": `the token is ${faults.leaked}` }),
    },
  };
}
