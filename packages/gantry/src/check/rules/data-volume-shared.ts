import type { ComposeProject, ComposeService, ServiceVolume } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf, mountOf } from "../insight/databases.ts";
import { runTogether } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const dataVolumeShared: Rule = {
  code: "GC016",
  name: "data-volume-shared",
  family: "compose",
  rank: "loses-data",
  what: "Two database servers (or two replicas of one) keep their data in the same volume.",
  why: "A data directory belongs to one server process. Across containers the lock file does not protect it, because each sees only its own processes: two servers that write to it destroy the data.",
  fix: "Give each server a volume of its own; run one replica of a database and copy with its own replication.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              orders:
                image: postgres:17
                volumes: ["data:/var/lib/postgresql/data"]
              users:
                image: postgres:17
                volumes: ["data:/var/lib/postgresql/data"]
            volumes:
              data:
          `,
        },
        at: ["compose.yaml:7"],
      },
      {
        title: "replicas",
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: mysql:8.4
                volumes: ["data:/var/lib/mysql"]
                deploy:
                  replicas: 2
            volumes:
              data:
          `,
        },
      },
    ],
    good: [
      {
        title: "another folder of it, or never at the same time",
        files: {
          "compose.yaml": dedent`
            services:
              orders:
                image: postgres:17
                volumes: ["orders:/var/lib/postgresql/data"]
              users:
                image: postgres:17
                volumes: ["users:/var/lib/postgresql/data"]
              backup:
                image: postgres:17
                command: pg_basebackup -D /backup
                volumes: ["orders:/source:ro", "backup:/var/lib/postgresql/data"]
            volumes:
              orders:
              users:
              backup:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      const holders = holdersOf(project);
      for (const [index, { service, mount }] of holders.entries()) {
        const replicas = service.replicas?.value ?? 1;
        if (replicas > 1) {
          yield {
            at: mount.span,
            message: `${replicas} replicas of ${service.name} write to the same data directory ${mount.source}.`,
            ...(service.replicas === undefined
              ? {}
              : { related: [{ at: service.replicas.span, message: "the replicas" }] }),
          };
        }
        const earlier = holders
          .slice(0, index)
          .find((one) => one.mount.source === mount.source && runTogether(one.service, service));
        if (earlier === undefined || earlier.mount.readOnly || mount.readOnly) continue;
        yield {
          at: mount.span,
          message: `Services ${earlier.service.name} and ${service.name} both run a database on ${mount.source}; they destroy each other's data.`,
          related: [{ at: earlier.mount.span, message: `mounted by ${earlier.service.name}` }],
        };
      }
    }
  },
};

interface Holder {
  readonly service: ComposeService;
  readonly mount: ServiceVolume;
}

/** Services that run a database server, with the mount that holds its data. */
function holdersOf(project: ComposeProject): readonly Holder[] {
  return project.services.flatMap((service) => {
    const server = dataServerOf(service);
    const mount = server === undefined ? undefined : mountOf(service, server.dataPath);
    if (mount?.source === undefined || mount.dynamic || !runsServer(service)) return [];
    return [{ service, mount }];
  });
}

/** Whether the container runs the server, not a tool of its image (`pg_dump`, `psql`, a shell). */
function runsServer({ command, entrypoint }: ComposeService): boolean {
  if (entrypoint !== undefined) return false;
  const first = command?.value.words[0];
  return (
    first === undefined ||
    first.startsWith("-") ||
    ["postgres", "mysqld", "mariadbd", "mongod"].includes(first)
  );
}
