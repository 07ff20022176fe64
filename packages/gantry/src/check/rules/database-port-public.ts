import { hasAny } from "../../base/text.ts";
import type { ComposeService } from "../../read/compose/model.ts";
import { imageOf } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isForTests } from "../insight/projects.ts";
import { isPlaceholder } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const databasePortPublic: Rule = {
  code: "GC018",
  name: "database-port-public",
  family: "compose",
  rank: "leaks",
  what: "A database or cache is published on all addresses of the host.",
  why: "Docker opens published ports before the host's firewall (ufw, firewalld) sees them: everybody who reaches the machine reaches the database. Redis and others ask for no password by default.",
  fix: "Remove `ports` (other services reach it by its name), or publish it on `127.0.0.1` only.",
  aliases: [
    { tool: "dclint", id: "no-unbound-port-interfaces" },
    { tool: "compose-lint", id: "CL-0005" },
    { tool: "cis", id: "5.14" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment:
                  POSTGRES_PASSWORD: postgres
                ports:
                  - "5432:5432"
              cache:
                image: redis:8
                ports: ["6379:6379"]
          `,
        },
        at: ["compose.yaml:7", "compose.yaml:10"],
      },
    ],
    good: [
      {
        title: "servers of tests",
        files: {
          "src/tests/compose.yaml": dedent`
            services:
              cache:
                image: redis:8
                ports: ["6379:6379"]
          `,
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                ports: ["127.0.0.1:5432:5432"]
              cache:
                image: redis:8
                expose: ["6379"]
              queue:
                image: rabbitmq:4-management
                ports: ["[::1]:5672:5672"]
              web:
                image: shop/web:2
                ports: ["80:80"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      // Servers of tests live for a moment, with nothing in them.
      if (isForTests(project)) continue;
      const image = imageOf(service);
      const ports = image.kind === "pulled" ? dataPorts[image.reference.name] : undefined;
      if (ports === undefined) continue;
      for (const port of service.ports) {
        const target = port.target?.first;
        const open = port.hostIp === undefined || everywhere.includes(port.hostIp);
        if (!open || port.dynamic || target === undefined || !ports.includes(target)) continue;
        const host = port.published?.first ?? target;
        const at = port.published === undefined ? "" : `:${host}`;
        yield {
          at: port.span,
          message: `${service.name} can be reached from outside${at === "" ? "" : ` on port ${host}`}${weakness(service, image.kind === "pulled" ? image.reference.name : "")}.`,
          fix: `Write \`"127.0.0.1:${host}:${target}"\`, or remove it: inside the project it is ${service.name}:${target} anyway.`,
        };
      }
    }
  },
};

const everywhere = ["", "0.0.0.0", "::", "[::]", "[::", "::]"];

const dataPorts: Readonly<Record<string, readonly number[]>> = {
  postgres: [5432],
  postgis: [5432],
  pgvector: [5432],
  timescaledb: [5432],
  mysql: [3306],
  mariadb: [3306],
  mongo: [27017],
  redis: [6379],
  valkey: [6379],
  memcached: [11211],
  rabbitmq: [5672, 15672],
  elasticsearch: [9200],
  opensearch: [9200],
  questdb: [9000, 8812, 9009],
  influxdb: [8086],
  clickhouse: [8123, 9000],
  "clickhouse-server": [8123, 9000],
  cassandra: [9042],
  nats: [4222],
};

const accounts = [
  ...["POSTGRES", "MYSQL_ROOT", "MYSQL", "MARIADB_ROOT", "MARIADB"],
  ...["MONGO_INITDB_ROOT", "RABBITMQ_DEFAULT"],
];
const passwords: ReadonlySet<string> = new Set(
  accounts.flatMap((account) => [`${account}_PASSWORD`, `${account}_PASS`]),
);

/** Says how little protects it, where the files tell. */
function weakness(service: ComposeService, image: string): string {
  const password = service.environment.find(({ name }) => passwords.has(name));
  if (
    password?.value !== undefined &&
    password.value !== "" &&
    !password.dynamic &&
    isPlaceholder(password.value)
  )
    return `, with the password \`${password.value}\``;
  const words = service.command?.value.words ?? [];
  const bare =
    (image === "redis" || image === "valkey") &&
    !words.some((word) => hasAny(word, ["requirepass", "aclfile", ".conf", "$"]));
  return bare &&
    service.configs.length === 0 &&
    !service.volumes.some(({ target }) => target.includes("redis")) &&
    !words.some((word) => word.endsWith("sh"))
    ? ", without a password"
    : "";
}
