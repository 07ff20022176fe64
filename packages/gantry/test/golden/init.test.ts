import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { NginxOptions } from "../../src/backing/nginx/options.ts";
import type { FileTree } from "../../src/blueprint/files.ts";
import type { Blueprint } from "../../src/blueprint/model.ts";
import { environmentNames } from "../../src/blueprint/plan.ts";
import { diskFiles } from "../../src/engine/project-files.ts";
import { render } from "../../src/render/index.ts";
import { resolve } from "../../src/stack/resolve.ts";
import { suggestStack } from "../../src/stack/suggest.ts";
import { evaluate } from "../unit/suggest/evaluate.ts";

const samples = fileURLToPath(new URL("../../../../samples/", import.meta.url));

/** What the samples' authors wrote by hand is what must be found: by name, with port, health and address. */
const essentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  parcel: {
    db: "postgres:17-trixie",
    queue: "redis:8-trixie noeviction",
    cache: "redis:8-trixie allkeys-lru",
    server: "node 3000 /health db queue cache",
    "server-migrate": "node dist/migrate.js",
    worker: "server /tmp/alive db queue cache",
    scheduler: "server /tmp/alive db queue cache",
    gateway: "/api=server /health=server page",
  },
  "learn-greek-easy": {
    db: "postgres:17-trixie",
    queue: "redis:8-trixie noeviction",
    cache: "redis:8-trixie allkeys-lru",
    backend: "python 8000 /health db queue cache",
    "backend-migrate": "alembic upgrade head",
    worker: "backend /tmp/worker-alive db queue cache",
    beat: "backend /tmp/beat-alive db queue cache",
    gateway: "/api=backend page",
  },
  aaronspindler: {
    db: "postgres:17-trixie",
    queue: "redis:8-trixie noeviction",
    sessions: "redis:8-trixie volatile-lru",
    cache: "redis:8-trixie allkeys-lru",
    questdb: "questdb/questdb:9.3.4",
    web: "python 8000 /health/ db queue sessions cache questdb",
    "web-migrate": "python manage.py migrate --noinput",
    worker: "web /tmp/worker-alive db queue sessions cache questdb web",
    beat: "web /tmp/beat-alive db queue sessions cache questdb web",
    gateway: "/=web",
  },
  ichrisbirch: {
    db: "postgres:17-trixie",
    api: "python 8000 /health db",
    "api-migrate": "alembic --config ichrisbirch/alembic.ini upgrade head",
    app: "api 5000 /health db api",
    scheduler: "api /tmp/alive db api",
    gateway: "/=app /api=api",
  },
  ktrdr: {
    backend: "python 8000 /api/health",
    custom: "dockerfile 8100 /health backend",
    gateway: "/=backend /custom=custom",
  },
  rustboot: {
    db: "postgres:17-trixie",
    redis: "redis:8-trixie allkeys-lru",
    app: "rust 8080 /health db redis",
    "app-migrate": "rustboot migrate",
    gateway: "/=app",
  },
};

/** A sample as it was before it had a stack. */
function withoutStack(folder: string): FileTree {
  const files = diskFiles(folder);
  const ours = /^(stack\.ts|deploy|live|\.gantry|secrets)(\/|$)/;
  return {
    read: (path) => (ours.test(path) ? undefined : files.read(path)),
    list: (path) => files.list(path).filter((name) => path !== "" || !ours.test(name)),
  };
}

/** Where the gateway leads, in a few words. */
function routesOf(input: Readonly<Record<string, unknown>>): string {
  const services = input["services"] as Readonly<Record<string, { readonly options: NginxOptions }>>;
  const { site, routes } = services["gateway"]?.options ?? {};
  const targets = Object.entries(routes ?? {}).map(
    ([path, to]) => `${path}=${typeof to === "string" ? to : to.service}`,
  );
  return [...targets, ...(site === undefined ? [] : ["page"])].join(" ");
}

/** What a service is, in a few words. */
function wordsOf(blueprint: Blueprint, name: string): string {
  const service = blueprint.services[name];
  if (service === undefined) return "not there";
  if (service.role === "job") return (service.command ?? []).join(" ");
  const uses = ["db", "queue", "sessions", "cache", "redis", "questdb", "backend", "web", "api"].filter((used) =>
    service.uses.includes(used),
  );
  const { probe } = service.health;
  const asked = probe.kind === "http" || probe.kind === "file" ? probe.path : "";
  if (service.image.kind === "reference") {
    const policy = (service.command ?? []).find((word) => /^(noeviction|allkeys-lru|volatile-lru)$/.test(word));
    return [service.image.reference, ...(policy === undefined ? [] : [policy])].join(" ");
  }
  const built = service.image.image === name ? service.kind : service.image.image;
  return [built, ...(service.port === undefined ? [] : [service.port]), asked, ...uses].join(" ");
}

describe("gantry init on the samples", () => {
  for (const name of Object.keys(essentials)) {
    const files = withoutStack(join(samples, name));
    const found = suggestStack(files, name);

    test(`${name}: what it writes is a stack in all environments`, () => {
      assert.ok(found !== undefined);
      assert.deepEqual(evaluate(found.text), found.input);
      const resolved = environmentNames.map((environment) => resolve(found.input, environment, files));
      assert.deepEqual(resolved.flatMap(({ problems }) => problems), []);
      assert.ok(render(resolved.map(({ blueprint }) => blueprint as Blueprint)).has("deploy/compose.yaml"));
    });

    test(`${name}: the essential services are found`, () => {
      const { blueprint } = resolve(found?.input, "production", files);
      assert.ok(blueprint !== undefined);
      const wanted = essentials[name] as Readonly<Record<string, string>>;
      const seen = Object.fromEntries(Object.keys(wanted).map((service) => [
          service,
          service === "gateway" ? routesOf(found?.input ?? {}) : wordsOf(blueprint, service),
        ]));
      assert.deepEqual(seen, wanted);
    });
  }

  test("every sample is looked at", () => {
    const all = readdirSync(samples).filter((name) => existsSync(join(samples, name, "stack.ts")));
    assert.deepEqual(Object.keys(essentials).sort(), all.sort());
  });
});
