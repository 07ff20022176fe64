import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryFiles, redis, resolve, rust } from "../../../src/index.ts";
import { blueprintOf, exampleFiles, exampleStack } from "./example.ts";

describe("resolve", () => {
  test("gives each service the addresses of those it uses, without a password in clear", () => {
    const { api } = blueprintOf(exampleStack).services;
    assert.equal(api?.environment["DATABASE_URL"]?.value, "postgres://shop@db:5432/shop");
    assert.equal(api?.environment["REDIS_URL"]?.value, "redis://queue:6379/0");
    assert.deepEqual(
      api?.secrets.map((use) => [use.secret, use.variable]),
      [
        ["DB_PASSWORD", "DATABASE_PASSWORD_FILE"],
        ["SESSION_KEY", "SESSION_KEY_FILE"],
      ],
    );
  });

  test("names two servers of a kind after their services", () => {
    const stack = {
      ...exampleStack,
      services: {
        ...exampleStack.services,
        cache: redis({ version: "8", use: "cache" }),
        api: { ...exampleStack.services.api, uses: ["db", "queue", "cache"] },
      },
    };
    const names = Object.keys(blueprintOf(stack).services["api"]?.environment ?? {});
    assert.ok(
      names.includes("QUEUE_URL") && names.includes("CACHE_URL") && !names.includes("REDIS_URL"),
      names.join(),
    );
  });

  test("takes the names that the user chose, and says openly when a secret becomes environment", () => {
    const uses = [{ service: "db", as: { host: "PGHOST", urlWithPassword: "DSN" } }];
    const stack = {
      ...exampleStack,
      services: { ...exampleStack.services, worker: { ...exampleStack.services.worker, uses } },
    };
    const worker = blueprintOf(stack).services["worker"];
    assert.equal(worker?.environment["PGHOST"]?.value, "db");
    assert.equal(worker?.environment["DATABASE_URL"], undefined);
    assert.deepEqual(worker?.secrets[0]?.exposed, {
      variable: "DSN",
      template: "postgres://shop:${DB_PASSWORD}@db:5432/shop",
    });
  });

  test("starts a service after its jobs, and its jobs after what it uses", () => {
    const { services } = blueprintOf(exampleStack);
    assert.deepEqual(services["api-migrate"]?.after, [
      { service: "db", condition: "healthy" },
      { service: "queue", condition: "healthy" },
    ]);
    assert.deepEqual(services["api"]?.after.at(-1), { service: "api-migrate", condition: "completed" });
    assert.equal(services["api-migrate"]?.health.test, undefined);
  });

  test("a service that shares an image waits for that image's jobs, unless they wait for it", () => {
    assert.deepEqual(blueprintOf(exampleStack).services["worker"]?.after.at(-1), {
      service: "api-migrate",
      condition: "completed",
    });
    const stack = {
      ...exampleStack,
      services: {
        ...exampleStack.services,
        api: { ...exampleStack.services.api, uses: ["db", "queue", { service: "worker", wait: "started" }] },
      },
    };
    assert.ok(!JSON.stringify(blueprintOf(stack).services["worker"]?.after).includes("api-migrate"));
  });

  test("production: no rights, a read-only root, limits, and only the gateway's port", () => {
    const { services } = blueprintOf(exampleStack);
    for (const service of Object.values(services)) {
      assert.equal(service.security.readOnlyRoot, true, service.name);
      assert.deepEqual(service.security.dropCapabilities, ["ALL"], service.name);
      assert.match(service.security.user ?? "", /^[1-9]\d*:\d+$/, service.name);
      assert.ok(service.resources.memory !== undefined && service.resources.pids !== undefined, service.name);
      assert.deepEqual(
        service.published.map((port) => port.port),
        service.name === "edge" ? [80] : [],
        service.name,
      );
    }
  });

  test("dev: ports on the loopback address only, each its own", () => {
    const published = Object.values(blueprintOf(exampleStack, "dev").services).flatMap(
      (service) => service.published,
    );
    assert.deepEqual([...new Set(published.map((port) => port.host))], ["127.0.0.1"]);
    assert.equal(new Set(published.map((port) => port.port)).size, published.length);
  });

  test("test: nothing published, no volume of a database, and a service that runs the tests", () => {
    const blueprint = blueprintOf(exampleStack, "test");
    assert.deepEqual(
      Object.values(blueprint.services).flatMap((service) => service.published),
      [],
    );
    assert.deepEqual(Object.keys(blueprint.volumes), ["uploads"]);
    assert.ok(blueprint.services["db"]?.command?.includes("--fsync=off"));
    assert.equal(blueprint.services["tests"]?.role, "test");
    assert.equal(blueprint.images["api-tests"]?.target, "test");
    assert.deepEqual(blueprint.services["tests"]?.after.at(-1), {
      service: "api-migrate",
      condition: "completed",
    });
  });

  test("is the same whatever order the services were written in, and frozen", () => {
    const turned = {
      ...exampleStack,
      services: Object.fromEntries(Object.entries(exampleStack.services).reverse()),
    };
    for (const environment of ["dev", "test", "production"] as const) {
      assert.deepEqual(blueprintOf(turned, environment), blueprintOf(exampleStack, environment));
    }
    assert.ok(Object.isFrozen(blueprintOf(exampleStack).services["api"]?.environment));
  });

  test("an environment's changes reach their service only, and add to its variables", () => {
    const stack = {
      ...exampleStack,
      environments: { production: { api: { memory: "1g", env: { MODE: "fast" } }, db: { memory: "2g" } } },
    };
    const { services } = blueprintOf(stack);
    assert.equal(services["api"]?.resources.memory, 1024 ** 3);
    assert.equal(services["api"]?.environment["MODE"]?.value, "fast");
    assert.ok(services["db"]?.command?.includes("--shared_buffers=512MB"));
    assert.equal(blueprintOf(stack, "dev").services["api"]?.resources.memory, undefined);
  });

  test("makes folders for volumes in the image, owned by its user", () => {
    const production = blueprintOf(exampleStack).images["api"]?.plan.stages.find(
      (stage) => stage.name === "production",
    );
    const step = production?.steps.find((candidate) => candidate.kind === "run");
    assert.deepEqual(step?.kind === "run" ? step.script : [], ["install -d -o 1000 -g 1000 /app/uploads"]);
  });

  test("makes folders for volumes in an image without a shell, from an empty one", () => {
    const files = {
      "Cargo.toml": '[package]\nname = "shop"\n',
      "Cargo.lock": '[[package]]\nname = "shop"\n',
      "src/main.rs": "",
    };
    const stack = {
      name: "shop",
      services: { api: { build: rust(), port: 8080, volumes: { "/data/uploads": "uploads" } } },
    };
    const { blueprint, problems } = resolve(stack, "production", memoryFiles(files));
    assert.deepEqual(problems, []);
    const stages = blueprint?.images["api"]?.plan.stages ?? [];
    const made = stages.find((stage) => stage.name === "production")?.steps ?? [];
    const copies = made.flatMap((step) =>
      step.kind === "copy" && step.to === "/data/uploads/" ? [step] : [],
    );
    assert.deepEqual(
      copies.map(({ owner }) => owner),
      [{ uid: 65_532, gid: 65_532 }],
    );
    assert.ok(
      stages.some((stage) => stage.name === copies[0]?.from),
      "the stage that it is copied from is there",
    );
    assert.ok(!made.some((step) => step.kind === "run"), "nothing runs where there is no shell");
  });

  test("reports what recipes and parts find, all at once", () => {
    const stack = {
      ...exampleStack,
      services: {
        ...exampleStack.services,
        cache: redis({ version: "8", use: "cache", memory: "64m", maxmemory: "64m" }),
      },
    };
    const files = { ...exampleFiles };
    delete (files as Record<string, string>)["api/package-lock.json"];
    const { problems } = resolve(stack, "dev", memoryFiles(files));
    assert.deepEqual(problems.map((problem) => problem.code).sort(), ["GTY2103", "GTY2303"]);
    for (const problem of problems) assert.ok(problem.what && problem.why && problem.fix, problem.code);
  });
});
