import type {
  Blueprint,
  HealthBlueprint,
  ImageBlueprint,
  ServiceBlueprint,
} from "../../src/blueprint/model.ts";
import type { BuildPlan, EnvironmentName } from "../../src/blueprint/plan.ts";

/** A service with every default, for tests to change what they are about. */
export function sampleService(name: string, part: Partial<ServiceBlueprint> = {}): ServiceBlueprint {
  return {
    name,
    role: "application",
    kind: "node",
    image: { kind: "reference", reference: "node:24-trixie-slim" },
    command: undefined,
    entrypoint: undefined,
    environment: {},
    secrets: [],
    port: undefined,
    listens: [],
    published: [],
    uses: [],
    after: [],
    networks: [],
    mounts: [],
    health: sampleHealth,
    replicas: 1,
    resources: {
      memory: undefined,
      cpus: undefined,
      reservedMemory: undefined,
      reservedCpus: undefined,
      cpuSet: undefined,
      pids: undefined,
    },
    stop: { signal: undefined, graceMs: 10_000 },
    restart: "no",
    security: {
      user: undefined,
      readOnlyRoot: false,
      dropCapabilities: [],
      addCapabilities: [],
      noNewPrivileges: false,
      init: false,
    },
    shmBytes: undefined,
    ulimits: {},
    kernel: {},
    develop: undefined,
    comment: undefined,
    surge: { possible: true },
    backing: undefined,
    labels: {},
    ...part,
  };
}

const sampleHealth: HealthBlueprint = {
  probe: { kind: "none", because: "a test" },
  test: undefined,
  intervalMs: 15_000,
  timeoutMs: 3000,
  retries: 3,
  startPeriodMs: 60_000,
  startIntervalMs: 100,
  livenessPath: undefined,
};

/** An image with every default. */
export function sampleImage(name: string, part: Partial<ImageBlueprint> = {}): ImageBlueprint {
  return {
    name,
    repository: name,
    dockerfile: `deploy/${name}.Dockerfile`,
    target: undefined,
    plan: samplePlan,
    needs: [],
    groups: [],
    ...part,
  };
}

const samplePlan: BuildPlan = {
  context: ".",
  stages: [],
  targets: { dev: "", test: "", production: "" },
  ignore: [],
  image: {
    user: { uid: 1000, gid: 1000 },
    workdir: "/app",
    programs: ["node"],
    shell: true,
    command: [],
    scratch: [],
  },
  args: {},
  contexts: {},
  secrets: [],
  develop: undefined,
};

/** A blueprint of these services and images. */
export function sampleBlueprint(
  project: string,
  services: readonly ServiceBlueprint[],
  part: Partial<Blueprint> = {},
  environment: EnvironmentName = "dev",
): Blueprint {
  return {
    format: 1,
    name: project,
    environment,
    project: `${project}-${environment}`,
    source: "stack.ts",
    output: "deploy",
    registry: { prefix: "", defaultTag: "latest" },
    images: {},
    services: Object.fromEntries(services.map((service) => [service.name, service])),
    networks: {},
    volumes: {},
    secrets: {},
    files: {},
    variables: [],
    test: undefined,
    overrides: { compose: [], bake: [], dockerfile: {} },
    build: { platforms: [], sbom: false, provenance: false, registryCache: false, sourceUrl: "" },
    ...part,
  };
}
