import { hasAny } from "../../base/text.ts";
import type { ComposeService, ServiceVolume } from "../../read/compose/model.ts";
import { imageOf } from "../../read/compose/questions.ts";
import { tagVersion } from "../../read/image-reference.ts";
import { withoutEndSlash } from "../../read/paths.ts";

/** A server that keeps data on disk, as its official image runs it. */
export interface DataServer {
  readonly kind: "postgres" | "mysql" | "mariadb" | "mongo";
  /** What people call it. */
  readonly title: string;
  /** Where it keeps its data. */
  readonly dataPath: string;
  readonly port: number;
  /** Major version of the tag; `undefined` for `latest` and the like. */
  readonly major: number | undefined;
}

const images: Readonly<Record<string, Omit<DataServer, "major">>> = {
  postgres: { kind: "postgres", title: "PostgreSQL", dataPath: "/var/lib/postgresql/data", port: 5432 },
  postgis: { kind: "postgres", title: "PostgreSQL", dataPath: "/var/lib/postgresql/data", port: 5432 },
  pgvector: { kind: "postgres", title: "PostgreSQL", dataPath: "/var/lib/postgresql/data", port: 5432 },
  timescaledb: { kind: "postgres", title: "PostgreSQL", dataPath: "/var/lib/postgresql/data", port: 5432 },
  mysql: { kind: "mysql", title: "MySQL", dataPath: "/var/lib/mysql", port: 3306 },
  mariadb: { kind: "mariadb", title: "MariaDB", dataPath: "/var/lib/mysql", port: 3306 },
  mongo: { kind: "mongo", title: "MongoDB", dataPath: "/data/db", port: 27017 },
};

const repositories: ReadonlySet<string> = new Set([
  ...["library/postgres", "library/mysql", "library/mariadb", "library/mongo"],
  ...["postgis/postgis", "pgvector/pgvector", "timescale/timescaledb"],
]);

/** What data server a service runs, when its image is one of the well-known ones; `undefined` for all others. */
export function dataServerOf(service: ComposeService): DataServer | undefined {
  const image = imageOf(service);
  if (image.kind !== "pulled" || !repositories.has(image.reference.repository)) return undefined;
  const known = images[image.reference.name];
  if (known === undefined || !startsServer(service)) return undefined;
  const major = tagMajor(image.reference.tag) ?? tagVersion(image.reference)?.[0];
  // From 18 on the image keeps the data one level higher, in a folder for the version (docker-library/postgres#1259).
  const moved = known.kind === "postgres" && image.reference.official !== undefined && (major ?? 0) >= 18;
  return { ...known, dataPath: moved ? "/var/lib/postgresql" : known.dataPath, major };
}

/** Whether a service runs the image's server, not one of its client programs as a job. */
function startsServer({ entrypoint, command }: ComposeService): boolean {
  const line = entrypoint?.value.words[0] === undefined ? command?.value : entrypoint.value;
  const first = line?.words[0];
  if (first === undefined) return true;
  if (entrypoint === undefined && (first.startsWith("-") || first.includes("$"))) return true;
  if (first === "postgres" || first.endsWith("/postgres")) return true;
  const text = [...(entrypoint?.value.words ?? []), ...(command?.value.words ?? [])].join(" ");
  if (text.includes("postgres -") && /(?:^|exec |[;&|] ?|-c )postgres -/.test(text)) return true;
  const server =
    /(?:^|[\s;&|/]|exec )(?:docker-entrypoint\.sh|mysqld(?:_safe)?|mariadbd(?:-safe)?|mongod)(?:\s|$)/;
  return hasAny(text, ["docker-entrypoint.sh", "mysqld", "mariadbd", "mongod"]) && server.test(text);
}

/** `pg17`, `2.17.2-pg16`: the server's version in tags of extensions. */
function tagMajor(tag: string | undefined): number | undefined {
  const match = tag?.includes("pg") ? /(?:^|-)pg(\d+)/.exec(tag) : null;
  return match === null ? undefined : Number(match[1]);
}

/** The mount that holds a path: on it, or on a folder above it, the deepest one. */
export function mountOf(service: ComposeService, path: string): ServiceVolume | undefined {
  return service.volumes
    .filter(
      ({ target }) => path === withoutEndSlash(target) || path.startsWith(`${withoutEndSlash(target)}/`),
    )
    .toSorted((one, other) => withoutEndSlash(other.target).length - withoutEndSlash(one.target).length)[0];
}

/** Whether a mount is meant for the data: a named volume or folder above the path, or at a path that speaks of it. */
export function isMeantForData({ type, source, target, readOnly }: ServiceVolume, dataPath: string): boolean {
  if (source === undefined || readOnly || (type !== "volume" && type !== "bind")) return false;
  if (dataPath.startsWith(`${target}/`) && target !== "/") return true;
  if (/initdb|backup|dump|log|conf|cert|ssl|init|script|export|import|secret|run/i.test(target)) return false;
  return type === "volume" && /postgres|pgdata|pgsql|mysql|mariadb|mongo|redis|data/i.test(target);
}
