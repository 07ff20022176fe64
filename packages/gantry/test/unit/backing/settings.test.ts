import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settingProblems, tune } from "../../../src/backing/postgres/settings.ts";
import { nginx, postgres, redis } from "../../../src/index.ts";
import { blueprintOf, exampleStack } from "../stack/example.ts";

const MB = 1024 ** 2;
const withDb = (options: object): unknown => ({
  name: "shop",
  services: { db: postgres({ version: "17", ...options }) },
});

describe("postgres", () => {
  test("shares the container's memory as PGTune does", () => {
    const settings = tune({ memory: 2048 * MB, cpus: 2, maxConnections: 200, major: 17 });
    assert.equal(settings["shared_buffers"]?.value, "512MB");
    assert.equal(settings["effective_cache_size"]?.value, "1536MB");
    assert.equal(settings["maintenance_work_mem"]?.value, "128MB");
    assert.equal(settings["work_mem"]?.value, "4096kB");
  });

  test("no setting that the version does not know", () => {
    assert.equal(
      tune({ memory: 512 * MB, cpus: 1, maxConnections: 100, major: 14 })["wal_compression"],
      undefined,
    );
    for (const major of [13, 14, 15, 16, 17, 18]) {
      assert.deepEqual(
        settingProblems(
          Object.keys(tune({ memory: 512 * MB, cpus: 1, maxConnections: 100, major })),
          major,
          "x",
        ),
        [],
      );
    }
    assert.match(settingProblems(["checkpoint_segments"], 16, "x")[0]?.fix ?? "", /max_wal_size/);
    assert.match(settingProblems(["io_method"], 17, "x")[0]?.why ?? "", /PostgreSQL 18/);
    assert.equal(settingProblems(["shared-buffers"], 17, "x").length, 1);
    assert.deepEqual(settingProblems(["shared_buffers", "pg_stat_statements.track"], 17, "x"), []);
  });

  test("mounts the data where the major version keeps it", () => {
    const mount = (version: string): string | undefined =>
      blueprintOf(withDb({ version })).services["db"]?.mounts.find((entry) => entry.kind === "volume")
        ?.target;
    assert.equal(mount("17"), "/var/lib/postgresql/data");
    assert.equal(mount("18"), "/var/lib/postgresql");
  });

  test("a library of the user's does not push the statistics out", () => {
    const command =
      blueprintOf(withDb({ settings: { shared_preload_libraries: "auto_explain" } })).services["db"]
        ?.command ?? [];
    assert.ok(
      command.includes("--shared_preload_libraries=pg_stat_statements,auto_explain"),
      command.join(" "),
    );
  });

  test("is asked by TCP, which answers only after the init scripts", () => {
    const asked = (options: object): string =>
      blueprintOf(withDb(options)).services["db"]?.health.test?.at(-1)?.split("\n").at(-1) ?? "";
    assert.equal(asked({}), "pg_isready --host=127.0.0.1 --username=shop --dbname=shop");
    assert.match(asked({ user: "it's", database: "$x y" }), /--username='it'\\''s' --dbname='\$x y'$/);
  });
});

describe("redis", () => {
  const command = (options: object): string =>
    (
      blueprintOf({ name: "shop", services: { kv: redis({ version: "8", ...options } as never) } }).services[
        "kv"
      ]?.command ?? []
    ).join(" ");

  test("each use has its own eviction and persistence", () => {
    assert.match(command({ use: "cache" }), /--appendonly no .*--maxmemory-policy allkeys-lru/);
    assert.match(command({ use: "queue" }), /--appendonly yes .*--maxmemory-policy noeviction/);
    assert.match(command({ use: "sessions" }), /--appendonly yes .*--maxmemory-policy volatile-lru/);
  });

  test("leaves room beside the data", () => {
    assert.match(command({ use: "cache", memory: "128m" }), /--maxmemory 96mb/);
    assert.match(command({ use: "queue", memory: "128m" }), /--maxmemory 64mb/);
    assert.equal(
      blueprintOf({
        name: "shop",
        services: { kv: redis({ version: "8", use: "queue", maxmemory: "512m" }) },
      }).services["kv"]?.resources.memory,
      1024 * MB,
    );
  });
});

describe("nginx", () => {
  const config = (options: object, environment: "production" | "dev" = "production"): string =>
    blueprintOf(
      { ...exampleStack, services: { ...exampleStack.services, edge: nginx(options) } },
      environment,
    ).files[`nginx/edge/${environment}/nginx.conf`] ?? "";

  test("the longest path comes first, and a path covers itself and what is below it", () => {
    const text = config({ routes: { "/api": "api", "/api/v2": { service: "api", strip: true } } });
    assert.ok(
      text.indexOf("~ ^/api/v2(/|$)") < text.indexOf("~ ^/api(/|$)") && text.includes("~ ^/api(/|$)"),
    );
    assert.match(text, /rewrite \^\/api\/v2\/\?\(\.\*\)\$ \/\$1 break;/);
  });

  test("closes idle connections to services before they do", () => {
    assert.match(config({ routes: { "/": "api" } }, "dev"), /keepalive_timeout 1s;/);
  });

  test("in production says in a file of its own where requests go, for deploys to change", () => {
    const edge = nginx({ routes: { "/": "api" }, drain: "10s" });
    const { files, services } = blueprintOf({
      ...exampleStack,
      services: { ...exampleStack.services, edge },
    });
    assert.match(files["nginx/edge/production/nginx.conf"] ?? "", /include \/tmp\/nginx\/upstreams\.conf;/);
    assert.match(files["nginx/edge/production/nginx.conf"] ?? "", /worker_shutdown_timeout 10s;/);
    assert.match(files["nginx/edge/production/upstreams.conf"] ?? "", /keepalive_timeout 1s;/);
    assert.deepEqual(services["edge"]?.gateway?.upstreams, [
      { name: "api_3000", service: "api", port: 3000 },
    ]);
  });

  test("TLS in production only, with a redirect and the certificates as secrets", () => {
    const text = config({ routes: { "/": "api" }, tls: true });
    assert.match(text, /listen 8443 ssl;[\s\S]*ssl_certificate \/run\/secrets\/EDGE_TLS_CERTIFICATE;/);
    assert.match(text, /return 308 https:\/\/\$host\$request_uri;/);
    assert.match(text, /Strict-Transport-Security/);
    assert.doesNotMatch(config({ routes: { "/": "api" }, tls: true }, "dev"), /ssl/);
  });

  test("a route's own rate limit counts beside the gateway's", () => {
    const text = config({
      rateLimit: { rate: "100/s" },
      routes: { "/api": { service: "api", rateLimit: { rate: "30/m" } } },
    });
    assert.match(text, /zone=all:10m rate=100r\/s;/);
    assert.match(text, /zone=route_api:10m rate=30r\/m;/);
    assert.match(text, /limit_req zone=all burst=200 nodelay;\n\s+limit_req zone=route_api burst=1 nodelay;/);
  });

  test("in dev the page's own server answers, with its WebSocket", () => {
    const text = blueprintOf(exampleStack, "dev").files["nginx/edge/dev/nginx.conf"] ?? "";
    assert.match(text, /server edge-site:5173 resolve fail_timeout=2s;/);
    assert.match(text, /proxy_set_header Upgrade \$http_upgrade;/);
  });
});
