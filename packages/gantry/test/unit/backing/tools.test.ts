import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Blueprint,
  defineStack,
  memoryFiles,
  type Problem,
  pgadmin,
  postgres,
  questdb,
  redis,
  redisCommander,
  render,
  resolve,
  type Stack,
} from "../../../src/index.ts";

const stack = defineStack({
  name: "shop",
  services: {
    db: postgres({ version: "17" }),
    cache: redis({ version: "8", use: "cache" }),
    series: questdb({
      version: "8.2.1",
      openFiles: 500_000,
      settings: { "cairo.sql.copy.buffer.size": "4M" },
    }),
    pgadmin: pgadmin({ version: "9.10", servers: ["db"] }),
    commander: redisCommander({ version: "0.9.0", servers: ["cache"] }),
  },
});

const blueprint = (environment: "dev" | "test" | "production", of: Stack = stack): Blueprint => {
  const { blueprint: found, problems } = resolve(of.input, environment, memoryFiles({}));
  assert.ok(found !== undefined, JSON.stringify(problems));
  return found;
};
const problemsOf = (input: unknown, environment: "dev" | "production" = "dev"): readonly Problem[] =>
  resolve(input, environment, memoryFiles({})).problems;

describe("admin tools", () => {
  test("are there in development, on the loopback address, and nowhere else", () => {
    const dev = blueprint("dev");
    for (const name of ["pgadmin", "commander"])
      assert.equal(dev.services[name]?.published[0]?.host, "127.0.0.1", name);
    for (const environment of ["test", "production"] as const)
      assert.deepEqual(Object.keys(blueprint(environment).services), ["cache", "db", "series"]);
  });

  test("in production are refused, whoever asked for it", () => {
    const asked = {
      ...stack.input,
      services: {
        ...stack.input.services,
        pgadmin: pgadmin({ version: "9.10", servers: ["db"], only: ["production"] }),
      },
    };
    assert.deepEqual(
      problemsOf(asked, "production").map(({ code, path }) => `${code} ${path}`),
      ["GTY2307 services.pgadmin.only"],
    );
  });

  test("pgAdmin opens its servers without a password in any file", () => {
    const dev = blueprint("dev");
    const file = render([dev]).get("deploy/pgadmin/pgadmin/servers.json") ?? "";
    const { Servers } = JSON.parse(file) as { Servers: Record<string, Record<string, unknown>> };
    assert.deepEqual(Servers["1"], {
      Name: "db",
      Group: "Stack",
      Host: "db",
      Port: 5432,
      Username: "shop",
      MaintenanceDB: "shop",
      SSLMode: "prefer",
      PasswordExecCommand: "cat /run/secrets/DB_PASSWORD",
    });
    assert.ok(dev.services["pgadmin"]?.secrets.some((use) => use.secret === "DB_PASSWORD"));
  });

  test("reach the servers that they name and nothing else", () => {
    const { networks } = blueprint("dev");
    const shared = (a: string, b: string): boolean =>
      Object.values(networks).some(
        (network) => !network.isolated && network.members.includes(a) && network.members.includes(b),
      );
    assert.ok(shared("pgadmin", "db"));
    assert.ok(shared("commander", "cache"));
    assert.ok(!shared("pgadmin", "cache"));
    assert.ok(!shared("commander", "db"));
  });

  test("a server that is none, or of another kind, is named", () => {
    const wrong = {
      name: "shop",
      services: {
        cache: redis({ version: "8", use: "cache" }),
        tool: pgadmin({ version: "9", servers: ["cache", "db"] as never }),
      },
    };
    assert.deepEqual(
      problemsOf(wrong).map(({ code, path, what }) => `${code} ${path}: ${what}`),
      [
        "GTY1006 services.tool.servers[0]: cache is no postgres server",
        'GTY1006 services.tool.servers[1]: services.tool.servers[1] uses "db", which is no service of this stack',
      ],
    );
  });
});

describe("questdb", () => {
  test("asks health with what the image has, and shows metrics", () => {
    const series = blueprint("production").services["series"];
    assert.equal(series?.health.test?.[1], "bash");
    assert.match(series?.health.test?.at(-1) ?? "", /9003/);
    assert.equal(series?.environment["QDB_METRICS_ENABLED"]?.value, "true");
    assert.equal(series?.environment["QDB_CAIRO_SQL_COPY_BUFFER_SIZE"]?.value, "4M");
  });

  test("runs as its user on a read-only root, with room for files", () => {
    const series = blueprint("production").services["series"];
    assert.equal(series?.security.user, "10001:10001");
    assert.ok(series?.security.readOnlyRoot);
    assert.deepEqual(series?.ulimits, { nofile: 500_000 });
    assert.equal(series?.resources.memory, 1024 ** 3);
  });

  test("says what it wants of the machine; so does a Redis that writes to disk, and no other", () => {
    const { series, cache } = blueprint("production").services;
    const wants = Object.entries(series?.kernel ?? {}).map(
      ([setting, need]) => `${setting} ${"atLeast" in need ? need.atLeast : need.equals}`,
    );
    assert.deepEqual(wants, ["vm.max_map_count 1048576", "nofile 500000"]);
    assert.deepEqual(cache?.kernel, {});
    const queue = { name: "shop", services: { queue: redis({ version: "8", use: "queue" }) } };
    const kernel = (environment: "production" | "test") =>
      resolve(queue, environment, memoryFiles({})).blueprint?.services["queue"]?.kernel;
    assert.deepEqual(Object.keys(kernel("production") ?? {}), ["vm.overcommit_memory"]);
    assert.deepEqual(kernel("test"), {});
  });

  test("refuses too little memory, and settings written as variables", () => {
    const wrong = {
      name: "shop",
      services: { series: questdb({ version: "8", memory: "64m", settings: { QDB_PG_USER: "x" } }) },
    };
    assert.deepEqual(
      problemsOf(wrong).map(({ code, fix }) => `${code} ${fix}`),
      ['GTY2305 Give at least "512m", better "1g".', 'GTY2306 Write "pg.user".'],
    );
  });
});
