import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf, mountOf } from "../insight/databases.ts";
import { isForTests } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

const floating = ["", "latest", "alpine", "bookworm", "trixie", "noble", "jammy", "lts"];

/** See `what`. */
export const databaseVersionFloating: Rule = {
  code: "GC017",
  name: "database-version-floating",
  family: "compose",
  rank: "will-fail",
  what: "A database with data in a volume runs whatever major version is newest.",
  why: "A new major version of PostgreSQL does not start on the files of an old one; MySQL and MongoDB refuse when a version in between was skipped, and change the files so that there is no way back. Without a version in the tag, that day comes with some `docker compose pull`, or with the first start on a new machine.",
  fix: "Name the major version in the tag, the one that made the data.",
  aliases: [
    { tool: "dclint", id: "service-image-require-explicit-tag" },
    { tool: "compose-lint", id: "CL-0004" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:latest
                volumes: ["data:/var/lib/postgresql/data"]
              orders:
                image: mysql
                volumes: ["orders:/var/lib/mysql"]
            volumes:
              data:
              orders:
          `,
        },
        at: ["compose.yaml:3", "compose.yaml:6"],
      },
      {
        title: "alpine says nothing about the server",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:alpine
                volumes: ["data:/var/lib/postgresql/data"]
            volumes:
              data:
          `,
        },
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17-alpine
                volumes: ["data:/var/lib/postgresql/data"]
              vectors:
                image: pgvector/pgvector:pg17
                volumes: ["vectors:/var/lib/postgresql/data"]
              chosen:
                image: mysql:\${MYSQL_VERSION}
                volumes: ["chosen:/var/lib/mysql"]
              scratch:
                image: mongo:latest
                tmpfs: [/data/db]
            volumes:
              data:
              vectors:
              chosen:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const server = dataServerOf(service);
      const image = service.image;
      if (server === undefined || image === undefined || server.major !== undefined) continue;
      // MariaDB starts on the files of any older version.
      if (server.kind === "mariadb") continue;
      const { tag, digest, known } = image.value;
      if (!known || digest !== undefined || !floating.includes(tag ?? "")) continue;
      const paths = [server.dataPath, "/var/lib/postgresql"];
      if (isForTests(project) || !paths.some((path) => mountOf(service, path) !== undefined)) continue;
      yield {
        at: image.span,
        message: `${service.name} runs the newest ${server.title} (${image.value.text}) on data that stays; ${refusal[server.kind]}.`,
        fix: `Find the version of the data with \`docker compose exec ${service.name} ${versionCommand[server.kind]}\` and write it in the tag, such as \`${image.value.name}:${exampleVersion[server.kind]}\`.`,
      };
    }
  },
};

const refusal = {
  postgres: "the next major version will not start on it",
  mysql: "a later version refuses it once one in between was skipped",
  mongo: "a later version refuses it once one in between was skipped",
} as const;

const versionCommand = {
  postgres: "postgres --version",
  mysql: "mysqld --version",
  mongo: "mongod --version",
} as const;

const exampleVersion = { postgres: "17", mysql: "8.4", mongo: "8.0" } as const;
