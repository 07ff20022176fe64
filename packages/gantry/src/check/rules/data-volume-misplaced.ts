import type { ComposeService } from "../../read/compose/model.ts";
import { imageOf } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf, isMeantForData } from "../insight/databases.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const dataVolumeMisplaced: Rule = {
  code: "GX037",
  name: "data-volume-misplaced",
  family: "across",
  rank: "loses-data",
  what: "A database has a volume, but not at the path where its image keeps the data.",
  why: "The image declares its data path as a volume. When nothing is mounted exactly there, the data goes to an anonymous volume, also when the folder above it is mounted: after `docker compose down` the next `up` starts empty, and the named volume was empty all the time.",
  fix: "Mount the volume at the image's data path.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                volumes: ["data:/var/lib/postgresql"]
              orders:
                image: mongo:8
                volumes: ["orders:/data"]
              cache:
                image: redis:8
                volumes: ["cache:/var/lib/redis"]
              users:
                image: mysql:8.4
                volumes: ["users:/var/mysql/data"]
            volumes:
              data:
              orders:
              cache:
              users:
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:7", "compose.yaml:10", "compose.yaml:13"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                volumes: ["data:/var/lib/postgresql/data", "backup:/backup"]
              new:
                image: postgres:18
                volumes: ["new:/var/lib/postgresql"]
              moved:
                image: postgres:17
                environment: { PGDATA: /pgdata/17 }
                volumes: ["moved:/pgdata"]
              orders:
                image: mongo:8
                volumes: ["orders:/data/db", "./init:/docker-entrypoint-initdb.d"]
              dump:
                image: postgres:17
                command: pg_dump
                volumes: ["backup:/data"]
            volumes:
              data:
              new:
              moved:
              orders:
              backup:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const server = serverOf(service);
      if (server === undefined) continue;
      const { title, dataPath } = server;
      if (
        service.volumes.some(
          ({ target, dynamic }) => dynamic || target === dataPath || target.startsWith(`${dataPath}/`),
        )
      )
        continue;
      if (service.tmpfs.some(({ value }) => value.startsWith(dataPath))) continue;
      const misplaced = service.volumes.find((volume) => isMeantForData(volume, dataPath));
      if (misplaced === undefined || movesData(service)) continue;
      yield {
        at: misplaced.span,
        message: `The data of ${service.name} is not in ${misplaced.source}: ${title} keeps it at ${dataPath}, not at ${misplaced.target}.`,
        fix: `Write \`${misplaced.source}:${dataPath}\`. Copy what the anonymous volume holds first.`,
      };
    }
  },
};

function serverOf(
  service: ComposeService,
): { readonly title: string; readonly dataPath: string } | undefined {
  const server = dataServerOf(service);
  // From 18 on the image's volume is the folder above; a mount below it is another rule's matter.
  if (server !== undefined)
    return server.kind === "postgres" && (server.major ?? 18) >= 18 ? undefined : server;
  const image = imageOf(service);
  const redis = image.kind === "pulled" && ["redis", "valkey"].includes(image.reference.official ?? "");
  return redis ? { title: "Redis", dataPath: "/data" } : undefined;
}

/** Whether settings put the data elsewhere, or the container runs no server at all. */
function movesData({ environment, command, entrypoint, configs, volumes }: ComposeService): boolean {
  const words = command?.value.words ?? [];
  if (
    entrypoint !== undefined ||
    configs.length > 0 ||
    volumes.some(({ target }) => /\.(?:conf|cnf)$|conf\.d$/.test(target))
  )
    return true;
  if (environment.some(({ name }) => /^(?:PGDATA|MYSQL_DATADIR|REDIS_DATA.*)$/.test(name))) return true;
  if (
    words.some((word) =>
      /^(?:-D|--datadir|--dbpath|--dir|data_directory)\b|=.*data_directory|\.conf$|\.sh$/.test(word),
    )
  )
    return true;
  return (
    words.length > 0 &&
    !/^(?:-.*|postgres|mysqld|mariadbd|mongod|redis-server|valkey-server)$/.test(words[0] ?? "")
  );
}
