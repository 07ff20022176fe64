import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { parseBytes, parseDuration } from "../../src/base/units.ts";
import type { ComposeService } from "../../src/read/compose/model.ts";
import { readComposeProject } from "../../src/read/compose/projects.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readerOf } from "../../src/read/reader.ts";

/** A service as both sides can tell it: paths below the project's folder, lists in no order that matters. */
type Told = Readonly<Record<string, unknown>>;

const compose = spawnSync("docker", ["compose", "version", "--short"], { encoding: "utf8" });
const available = compose.status === 0;
assert.ok(available || process.env["CI"] === undefined, "CI needs docker compose");

const folder = mkdtempSync(join(tmpdir(), "gantry-compose-read-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const projects: Readonly<
  Record<string, { readonly use: readonly string[]; readonly files: Readonly<Record<string, string>> }>
> = {
  "quoted texts that go on to the left of their keys": {
    use: ["compose.yaml"],
    files: {
      "compose.yaml":
        "services:\n  a:\n    image: x\n    command: \"serve\n--port 80\"\n    environment:\n      A: 'one\ntwo'\n",
    },
  },
  "several files, an include, an extended service": {
    use: ["compose.yaml", "more.yaml"],
    files: {
      ".env": "PGV=17\nTT=tt\nEMPTY=\n",
      "db.env":
        "POSTGRES_USER=x # c\nQ='a b'\nexport Z=\"l\\nm\"\nY=a#b\nDOL='$PGV'\nDD=\"$PGV-${NOPE:-d}\"\n",
      "base.yaml":
        "services:\n  b:\n    image: basey\n    environment: {BASE: '1', A: base}\n    volumes: ['./rel:/rel']\n    ports: ['8080:80']\n    cap_drop: [NET_RAW]\n    command: from base\n    healthcheck: {test: [CMD, x], timeout: 3s}\n",
      "inc/part.yaml":
        "services:\n  inc:\n    image: inc\n    volumes: ['./here:/h']\n    build: .\n    env_file: inc.env\n",
      "inc/inc.env": "I=1\n",
      s: "x",
      "compose.yaml": `
include:
  - path: inc/part.yaml
x-c: &c
  environment: &e { A: "1", E: }
  restart: always
services:
  api:
    <<: *c
    build: { context: ./api, target: prod, args: [V=1, "W=\${TT}"] }
    ports: ["8080:80", "127.0.0.1:\${P:-90}:9/udp", "3000-3002:4000-4002", "[::1]:5:6", "7"]
    depends_on: [db]
    command: sh -c "echo 'a b' $$X"
    extends: { file: base.yaml, service: b }
    environment:
      <<: *e
      B: \${X:-need} # hi
      C: "\${U-\${V:-nested}}"
      D: \${PGV:+set}
      F: \${EMPTY:-filled}
      G: \${EMPTY-kept}
      H: pre-\${PGV}-post-$TT
    deploy: { resources: { limits: { memory: 1.5g, cpus: "0.50", pids: 10 } }, replicas: 2 }
    stop_grace_period: 1m30s
    secrets: [s, { source: t, target: tt }]
    networks: { n: { aliases: [q] }, m: }
    healthcheck: { test: curl -f http://x, interval: 90s, start_period: 0s, retries: 2 }
    volumes: ["data:/d", "./x:/y:ro", "/abs:/z", { type: tmpfs, target: /t }, "./p:/q"]
  db:
    image: "postgres:\${PGV}"
    healthcheck: { test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"], interval: 5s }
    volumes: ["data:/var/lib/postgresql/data", ./init:/i:ro]
    env_file: db.env
    entrypoint: ["a", "b"]
volumes: { data: }
networks: { n: { internal: true }, m: {} }
secrets: { s: { file: ./s }, t: { environment: TT } }
`,
      "more.yaml": `
services:
  api:
    ports: ["8080:80", "1:2"]
    environment: [C=2, A=3]
    volumes: ["./new:/y"]
    command: ["x", "y"]
    depends_on: { db: { condition: service_healthy } }
    expose: ["9"]
    cap_drop: [ALL]
    labels: [a=b]
  db:
    command: postgres -c x=1
`,
    },
  },
  "anchors, profiles of none, chains of extends": {
    use: ["compose.yaml"],
    files: {
      "compose.yaml": `
x-log: &log { driver: json-file, options: { max-size: 10m } }
x-base: &base
  logging: *log
  read_only: true
services:
  one:
    <<: [*base, { restart: always, init: true }]
    image: one
    tmpfs: /run
    user: "1000:1000"
  two:
    extends: one
    restart: "no"
    working_dir: /w
    depends_on: { one: { condition: service_started, restart: true } }
  three:
    extends: { service: two }
    build:
      context: .
      dockerfile_inline: |
        FROM scratch
      args: { A: 1, B: true }
    networks: [back]
    hostname: h
    stop_signal: SIGINT
    mem_limit: 64m
    cpus: 1.5
    shm_size: 128mb
networks: { back: }
`,
    },
  },
};

function write(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name.replaceAll(/\W+/g, "-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

type Json = Readonly<Record<string, unknown>>;

/** What Compose itself makes of the files. */
function asked(root: string, use: readonly string[]): ReadonlyMap<string, Told> {
  const args = ["compose", ...use.flatMap((path) => ["-f", path]), "config", "--format", "json"];
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  const text = execFileSync("docker", args, { cwd: root, env, encoding: "utf8" });
  const services = (JSON.parse(text) as { services: Record<string, Json> }).services;
  return new Map(Object.entries(services).map(([name, service]) => [name, toldByCompose(root, service)]));
}

/** `config` writes `$$` for a dollar, so that its output can be read again. */
function dollars<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null).replaceAll("$$", "$")) as T;
}

function toldByCompose(root: string, raw: Json): Told {
  const service = dollars(raw);
  const list = (key: string): readonly Json[] => (service[key] ?? []) as readonly Json[];
  const relative = (path: unknown): string => String(path).replace(`${root}/`, "").replace(root, "");
  const build = service["build"] as Json | undefined;
  const limits = ((service["deploy"] as Json | undefined)?.["resources"] as Json | undefined)?.["limits"] as
    | Json
    | undefined;
  const health = service["healthcheck"] as Json | undefined;
  const ms = (key: string): number | undefined => {
    const text = health?.[key] as string | undefined;
    return text === undefined ? undefined : parseDuration(text);
  };
  return {
    image: service["image"],
    command: service["command"] ?? undefined,
    entrypoint: service["entrypoint"] ?? undefined,
    environment: Object.fromEntries(
      Object.entries((service["environment"] ?? {}) as Json).map(([key, value]) => [key, value ?? undefined]),
    ),
    ports: list("ports")
      .map((port) =>
        [port["host_ip"] ?? "", port["published"] ?? "", port["target"], port["protocol"]].join("|"),
      )
      .sort(),
    volumes: list("volumes")
      .map((volume) => {
        const source = volume["type"] === "bind" ? relative(volume["source"]) : (volume["source"] ?? "");
        return [volume["type"], source, volume["target"], volume["read_only"] === true].join("|");
      })
      .sort(),
    dependsOn: Object.entries((service["depends_on"] ?? {}) as Json)
      .map(([name, value]) => `${name}:${(value as Json)["condition"] as string}`)
      .sort(),
    context: build === undefined ? undefined : relative(build["context"]),
    args: build?.["args"] ?? undefined,
    target: build?.["target"],
    networks: Object.keys((service["networks"] ?? {}) as Json)
      .filter((name) => name !== "default")
      .sort(),
    restart: service["restart"],
    user: service["user"],
    readOnly: service["read_only"],
    init: service["init"],
    memory: bytesOf(limits?.["memory"] ?? service["mem_limit"]),
    cpus: numberOf(limits?.["cpus"] ?? service["cpus"]),
    capDrop: service["cap_drop"] ?? [],
    secrets: list("secrets").map((secret) => secret["source"]),
    interval: ms("interval"),
    startPeriod: ms("start_period"),
    timeout: ms("timeout"),
    probe: health?.["test"],
    stopGrace: parseDuration((service["stop_grace_period"] as string | undefined) ?? ""),
  };
}

function bytesOf(value: unknown): number | undefined {
  return value === undefined ? undefined : parseBytes(String(value));
}

function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** What our reader makes of them. */
function toldByUs(service: ComposeService): Told {
  const probe = service.healthcheck?.value.test;
  return {
    image: service.image?.value.text,
    command: service.command?.value.words,
    entrypoint: service.entrypoint?.value.words,
    environment: Object.fromEntries(service.environment.map(({ name, value }) => [name, value])),
    ports: service.ports
      .flatMap(({ hostIp, published, target, protocol }) => {
        const count = target === undefined ? 0 : target.last - target.first + 1;
        return Array.from({ length: count }, (_, index) => {
          const outside = published === undefined ? "" : published.first + index;
          return [hostIp ?? "", outside, (target?.first ?? 0) + index, protocol].join("|");
        });
      })
      .sort(),
    volumes: service.volumes
      .map((volume) =>
        [volume.type, volume.path ?? volume.source ?? "", volume.target, volume.readOnly].join("|"),
      )
      .sort(),
    dependsOn: service.dependsOn.map((one) => `${one.service}:${one.condition}`).sort(),
    context: service.build?.context?.value,
    args: service.build === undefined || service.build.args.length === 0 ? undefined : argumentsOf(service),
    target: service.build?.target?.value,
    networks: service.networks.map(({ name }) => name).sort(),
    restart: service.restart?.value,
    user: service.user?.value,
    readOnly: service.readOnly?.value,
    init: service.init?.value,
    memory: service.memoryLimit?.value,
    cpus: service.cpuLimit?.value,
    capDrop: service.capDrop.map(({ value }) => value),
    secrets: service.secrets.map(({ source }) => source),
    interval: service.healthcheck?.value.intervalMs,
    startPeriod: service.healthcheck?.value.startPeriodMs,
    timeout: service.healthcheck?.value.timeoutMs,
    probe:
      probe === undefined
        ? undefined
        : probe.form === "shell"
          ? ["CMD-SHELL", probe.text]
          : ["CMD", ...probe.words],
    stopGrace: service.stopGraceMs?.value,
  };
}

function argumentsOf(service: ComposeService): Told {
  return Object.fromEntries((service.build?.args ?? []).map(({ name, value }) => [name, value]));
}

function assertSame(root: string, use: readonly string[], files: Readonly<Record<string, string>>): void {
  const theirs = asked(root, use);
  const project = readComposeProject(readerOf(memoryFiles(files)), use);
  const running = project.services.filter((service) => service.profiles.length === 0);
  assert.deepEqual(running.map(({ name }) => name).sort(), [...theirs.keys()].sort());
  for (const service of running) assert.deepEqual(toldByUs(service), theirs.get(service.name), service.name);
}

describe("the merged model", { skip: available ? false : "docker compose is not here" }, () => {
  for (const [name, { use, files }] of Object.entries(projects)) {
    it(`is the one that docker compose config shows for ${name}`, () => {
      assertSame(write(name, files), use, files);
    });
  }

  for (const [root, path] of [
    ["samples/parcel", "deploy/compose.yaml"],
    ["samples/parcel", "deploy/compose.test.yaml"],
    ["packages/gantry/test/check/seeds/ktrdr", "docker-compose.yml"],
    ["packages/gantry/test/check/seeds/rustboot", "docker/docker-compose.prod.yml"],
  ] as const) {
    it(`is the one that docker compose config shows for ${root}/${path}`, () => {
      const text = readFileSync(new URL(`../../../../${root}/${path}`, import.meta.url), "utf8");
      const files = { [path]: text };
      assertSame(write(`${root} ${path}`, files), [path], files);
    });
  }
});
