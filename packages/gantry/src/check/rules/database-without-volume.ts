import { hasAny } from "../../base/text.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf, isMeantForData, mountOf } from "../insight/databases.ts";
import { isForTests, isIncomplete } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const databaseWithoutVolume: Rule = {
  code: "GC015",
  name: "database-without-volume",
  family: "compose",
  rank: "loses-data",
  what: "A database keeps its data in no named volume and no folder.",
  why: "The image then makes an anonymous volume for each container: after `docker compose down` the next `up` starts with an empty database.",
  fix: "Mount a named volume at the server's data path.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment:
                  POSTGRES_PASSWORD_FILE: /run/secrets/db
          `,
        },
        at: ["compose.yaml:3"],
      },
    ],
    good: [
      {
        title: "jobs that only use the client of the image",
        files: {
          "compose.yaml": dedent`
            services:
              create:
                image: postgres:17
                entrypoint: ["sh", "-c"]
                command: ["psql -h db -U postgres -c 'create database shop'"]
              tidy:
                image: postgres:17
                command: psql -h db -U postgres -c 'vacuum'
`,
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                volumes: ["data:/var/lib/postgresql/data"]
              orders:
                image: mysql:8.4
                volumes: ["./orders:/var/lib/mysql"]
              scratch:
                image: mongo:8
                tmpfs: [/data/db]
            volumes:
              data:
          `,
        },
      },
      {
        title: "tests throw it away",
        files: {
          "api/compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                environment: { POSTGRES_DB: shop-test }
          `,
          "compose.test.yaml": dedent`
            services:
              db:
                image: postgres:17
          `,
        },
      },
      {
        title: "durability is off on purpose",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                command: postgres -c fsync=off
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const server = dataServerOf(service);
      if (server === undefined || service.image === undefined) continue;
      if (
        isForTests(project) ||
        isIncomplete(project) ||
        service.environment.some(({ name, value }) => databaseName.test(name) && isNameForTests(value)) ||
        service.profiles.some(({ value }) => hasAny(value.toLowerCase(), ["test", "ci"]))
      )
        continue;
      if (service.command?.value.words.includes("fsync=off") === true) continue;
      // A mount anywhere near it is another mistake, and has a rule of its own.
      const near = service.volumes.some(
        ({ target, dynamic }) => dynamic || target.startsWith(parentOf(server.dataPath)),
      );
      if (near || service.volumes.some((volume) => isMeantForData(volume, server.dataPath))) continue;
      if (mountOf(service, server.dataPath) !== undefined || service.tmpfs.length > 0) continue;
      if (service.environment.some(({ name }) => ["PGDATA", "MYSQL_DATADIR"].includes(name))) continue;
      yield {
        at: service.image.span,
        message: `The data of ${service.name} (${server.title}) is gone after \`docker compose down\`: no volume is mounted at ${server.dataPath}.`,
        fix: `Add \`volumes: ["${service.name}-data:${server.dataPath}"]\` to ${service.name}, and \`${service.name}-data:\` under the top-level \`volumes:\`.`,
      };
    }
  },
};

const databaseName = /_(?:DB|DATABASE)$/;

/** Whether a database's name says that it is for tests: `shop-test`. */
function isNameForTests(name: string | undefined): boolean {
  return name !== undefined && /(?:^|[-_])tests?$/i.test(name);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
