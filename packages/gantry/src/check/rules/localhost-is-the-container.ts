import type { ComposeProject, ComposeService } from "../../read/compose/model.ts";
import { effectivePorts, imageIn, serverKind } from "../../read/compose/questions.ts";
import { dedent } from "../dedent.ts";
import { isLoopback, serverOfScheme } from "../insight/addresses.ts";
import { runTogether } from "../insight/projects.ts";
import { type Reference, referencesIn } from "../insight/reach.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const localhostIsTheContainer: Rule = {
  code: "GX020",
  name: "localhost-is-the-container",
  family: "across",
  rank: "will-fail",
  what: "A service looks for a database on `localhost`, but it runs in another service.",
  why: "In a container `localhost` is the container itself: the connection is refused. Other services are reached by their names.",
  fix: "Write the name of the service instead of `localhost`, and the port of its container.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@localhost:5432/shop
                  REDIS_HOST: 127.0.0.1
                  REDIS_PORT: "6379"
              db:
                image: postgres:17
              cache:
                image: redis:8
          `,
        },
        at: ["compose.yaml:5", "compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "the address that tests use from outside",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment: { DATABASE_URL_TEST: "postgres://app:app@localhost:5432/test" }
              db:
                image: postgres:17
`,
        },
      },
      {
        title: "by name; for a browser; on the host's network; the server itself",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/shop
                  CORS_ORIGIN: http://localhost:3000
              host:
                image: shop/api:2
                network_mode: host
                environment:
                  DATABASE_URL: postgres://app:app@localhost:5432/shop
              db:
                image: postgres:17
                ports: ["127.0.0.1:5432:5432"]
                environment:
                  PGHOST: localhost
                  HEALTH_URL: postgres://app:app@localhost:5432/shop
          `,
        },
      },
      {
        title: "behind a proxy that shares the network",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@localhost:5432/shop
              tunnel:
                image: shop/tunnel:2
                network_mode: service:api
                expose: ["5432"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      for (const reference of referencesIn(project)) {
        const { service, entry, address } = reference;
        if (!isLoopback(address.host) || service.networkMode !== undefined) continue;
        // Tests run beside the containers, in whose settings their address stands.
        if (entry.name.split("_").includes("TEST")) continue;
        const target = meant(project, reference);
        if (target === undefined) continue;
        yield {
          at: entry.valueSpan,
          message: `${entry.name} of ${service.name} points to ${service.name} itself (${address.host}${address.port === undefined ? "" : `:${address.port}`}), but the server is service ${target.name}.`,
          fix: `Write \`${target.name}\` instead of \`${address.host}\`.`,
          related: [{ at: target.nameSpan, message: `service ${target.name}` }],
        };
      }
    }
  },
};

/** How words of variables' names begin, and the servers that they mean. */
const wordsOfKinds: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["POSTGRES", "PG"], ["postgres"]],
  [
    ["MYSQL", "MARIADB"],
    ["mysql", "mariadb"],
  ],
  [["REDIS"], ["redis", "valkey"]],
  [["MONGO"], ["mongo"]],
  [["RABBIT", "AMQP"], ["rabbitmq"]],
];

function kindsNamed(name: string): readonly string[] | undefined {
  const words = name.toUpperCase().split("_");
  const named = wordsOfKinds.find(([begins]) =>
    begins.some((begin) => words.some((word) => word.startsWith(begin))),
  );
  if (named !== undefined) return named[1];
  const anyDatabase = words.includes("DB") || words.includes("DATABASE");
  return anyDatabase ? ["postgres", "mysql", "mariadb", "mongo"] : undefined;
}

/** The one service that runs the kind of server that is looked for; `undefined` when the service may run it itself. */
function meant(project: ComposeProject, { service, entry, address }: Reference): ComposeService | undefined {
  const scheme = serverOfScheme(address.scheme);
  const kinds =
    scheme === undefined
      ? address.scheme === undefined
        ? kindsNamed(entry.name)
        : undefined
      : ({ mysql: ["mysql", "mariadb"], redis: ["redis", "valkey"] }[scheme] ?? [scheme]);
  if (kinds === undefined || kinds.includes(serverKind(service) ?? "")) return undefined;
  if (address.port !== undefined && effectivePorts(service, imageIn(project, service)).includes(address.port))
    return undefined;
  // Another container in its network may listen there: a tunnel, a connection pool.
  if (project.services.some(({ networkMode }) => networkMode?.value === `service:${service.name}`))
    return undefined;
  const servers = project.services.filter(
    (one) => one !== service && kinds.includes(serverKind(one) ?? "") && runTogether(one, service),
  );
  return servers.length === 1 ? servers[0] : undefined;
}
