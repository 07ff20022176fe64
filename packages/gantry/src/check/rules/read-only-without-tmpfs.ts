import type { ComposeService } from "../../read/compose/model.ts";
import { imageIn, rootImageOf, type ServiceImage } from "../../read/compose/questions.ts";
import { copyDestination, lineageInstructions } from "../../read/dockerfile/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const readOnlyWithoutTmpfs: Rule = {
  code: "GX026",
  name: "read-only-without-tmpfs",
  family: "across",
  rank: "will-fail",
  what: "A service has a read-only root file system, and its server writes to a path that is not a mount.",
  why: 'nginx stops at `mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)`, PostgreSQL and MySQL cannot create the lock of their socket.',
  fix: "Mount a `tmpfs` at each of the paths.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: nginx:1.27-alpine
                read_only: true
                tmpfs:
                  - /var/cache/nginx
              db:
                image: postgres:17
                read_only: true
                volumes: ["data:/var/lib/postgresql/data"]
            volumes:
              data:
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:9"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: nginx:1.27-alpine
                read_only: true
                tmpfs:
                  - /var/cache/nginx:size=16m
                  - /run
              unprivileged:
                image: nginxinc/nginx-unprivileged:1.27
                read_only: true
                tmpfs: [/tmp]
              settings:
                image: nginx:1.27-alpine
                read_only: true
                volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
              db:
                image: postgres:17
                read_only: true
                tmpfs: [/var/run/postgresql, /tmp]
                volumes: ["data:/var/lib/postgresql/data"]
            volumes:
              data:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      if (service.readOnly?.value !== true) continue;
      const image = imageIn(project, service);
      const official =
        image.kind === "built" ? image.stage.rootImage?.official : rootImageOf(service)?.official;
      const needed = written[official ?? ""] ?? [];
      if (needed.length === 0 || runsSomethingElse(service) || hasOwnSettings(service, image)) continue;
      const missing = needed
        .filter((paths) => !paths.some((path) => isMounted(service, path)))
        .map(([path]) => path);
      if (missing.length === 0) continue;
      const paths = missing.filter((path) => path !== undefined);
      yield {
        at: service.readOnly.span,
        message: `${service.name} does not start: ${official} writes to ${listed(paths)}, and its file system is read-only.`,
        fix: `Add \`tmpfs: [${paths.join(", ")}]\` to ${service.name}.`,
      };
    }
  },
};

/** Paths that a server must write to besides its data; other names of the same path behind it. */
const written: Readonly<Record<string, readonly (readonly string[])[]>> = {
  nginx: [["/var/cache/nginx"], ["/run", "/var/run"]],
  postgres: [["/var/run/postgresql", "/run/postgresql"]],
  mysql: [["/var/run/mysqld", "/run/mysqld"], ["/tmp"]],
  mariadb: [["/run/mysqld", "/var/run/mysqld"], ["/tmp"]],
};

function isMounted(service: ComposeService, path: string): boolean {
  const targets = [
    ...service.volumes.map(({ target }) => target),
    ...service.tmpfs.map(({ value }) => value.split(":")[0] ?? ""),
  ];
  return targets.some((target) => path === target || path.startsWith(`${withoutEndSlash(target)}/`));
}

/** Whether the settings may have moved the paths. */
function hasOwnSettings(service: ComposeService, image: ServiceImage): boolean {
  const targets = [
    ...service.volumes.map(({ target }) => target),
    ...service.configs.map(({ target }) => target ?? ""),
  ];
  if (
    targets.some((target) => /^\/etc\/(?:nginx(?:\/nginx\.conf)?|mysql.*|postgresql.*|my\.cnf)$/.test(target))
  )
    return true;
  if (image.kind !== "built") return false;
  return lineageInstructions(image.stage).some(
    (instruction) =>
      (instruction.keyword === "COPY" &&
        /\/etc\/(?:nginx\/?(?:nginx\.conf)?|mysql.*)$/.test(copyDestination(instruction)?.value ?? "")) ||
      (instruction.keyword === "RUN" && /nginx\.conf|my\.cnf/.test(instruction.text)),
  );
}

/** Whether the command starts no server, or moves its socket. */
function runsSomethingElse({ command, entrypoint }: ComposeService): boolean {
  const words = command?.value.words ?? [];
  if (entrypoint !== undefined || words.some((word) => /unix_socket_directories|--socket|^pid /.test(word)))
    return true;
  return words.length > 0 && !/^(?:nginx|postgres|mysqld|mariadbd|-.*)$/.test(words[0] ?? "");
}
