import { hasAny } from "../base/text.ts";
import { type ImageReference, tagVersion } from "./image-reference.ts";
import { nameWords } from "./paths.ts";

/** What kind of system an image is made of; decides which programs it brings. */
export type ImageFamily =
  | "debian"
  | "debian-full"
  | "alpine"
  | "distroless"
  | "busybox"
  | "scratch"
  | "rhel"
  | "ubi-micro";

/** Official images of programming languages and servers, and what their default tag is made of. */
const official: Readonly<Record<string, ImageFamily>> = {
  debian: "debian",
  ubuntu: "debian",
  alpine: "alpine",
  busybox: "busybox",
  "hello-world": "scratch",
  node: "debian-full",
  python: "debian-full",
  ruby: "debian-full",
  golang: "debian-full",
  rust: "debian-full",
  php: "debian",
  openjdk: "rhel",
  "eclipse-temurin": "debian",
  gcc: "debian-full",
  "buildpack-deps": "debian-full",
  perl: "debian-full",
  elixir: "debian-full",
  erlang: "debian-full",
  postgres: "debian",
  mysql: "rhel",
  mariadb: "debian",
  redis: "debian",
  valkey: "debian",
  memcached: "debian",
  mongo: "debian",
  rabbitmq: "debian",
  nginx: "debian",
  httpd: "debian",
  haproxy: "debian",
  traefik: "alpine",
  caddy: "alpine",
  maven: "debian",
  gradle: "debian",
  docker: "alpine",
  registry: "alpine",
  fedora: "rhel",
  almalinux: "rhel",
  rockylinux: "rhel",
  amazonlinux: "rhel",
};

/** Images outside of the official ones, by repository. */
const others: ReadonlyMap<string, ImageFamily> = new Map([
  ["astral-sh/uv", "scratch"],
  ["nginxinc/nginx-unprivileged", "debian"],
  ["dotnet/aspnet", "debian"],
  ["dotnet/runtime", "debian"],
  ["dotnet/runtime-deps", "debian"],
  ["oven/bun", "debian"],
]);

const releases = ["bookworm", "bullseye", "buster", "trixie", "jammy", "noble", "focal"];

/** What the words of a tag say that a variant is made of. */
function variantOf(tag: string): ImageFamily | undefined {
  const words = nameWords(tag);
  if (words.some((word) => word.startsWith("alpine"))) return "alpine";
  if (words.includes("slim")) return "debian";
  return words.some((word) => releases.some((name) => word.startsWith(name))) ? "debian" : undefined;
}

/** What an image is made of; `undefined` for images nobody told us about. */
export function familyOf(reference: ImageReference): ImageFamily | undefined {
  const tag = reference.tag ?? "";
  if (hasAny(tag, ["nanoserver", "windowsservercore"])) return undefined;
  if (reference.official === undefined && hasAny(tag, ["distroless", "chiseled", "nonroot"]))
    return "distroless";
  const base =
    reference.official === undefined
      ? reference.repository.startsWith("distroless/")
        ? "distroless"
        : others.get(reference.repository)
      : official[reference.official];
  if (base === undefined) return undefined;
  if (base === "distroless")
    return tag.endsWith("-dev") || nameWords(tag).some((word) => word.startsWith("debug"))
      ? "busybox"
      : "distroless";
  if (base === "busybox") return base;
  const variant = variantOf(tag);
  // uv comes alone, and on top of other images: `uv:python3.13-bookworm-slim`, `uv:debian`.
  if (base === "scratch" && variant === "debian" && !tag.includes("slim")) return "debian-full";
  if (base === "scratch" && variant === undefined && hasAny(tag, ["debian", "python"])) return "debian-full";
  if (variant === undefined) return base;
  // `node:22-bookworm` is the full image of that release; only `slim` makes it small.
  if (variant === "debian" && base === "debian-full" && !tag.includes("slim")) return "debian-full";
  return variant;
}

const shellBasics =
  "sh test [ true false echo cat ls cp mv rm mkdir ln chmod chown grep sed awk head tail sort uniq wc cut tr find xargs date sleep kill env id whoami touch stat basename dirname expr mktemp printf seq tee timeout tar gzip";

/** Programs that every image of a family has, and well-known ones that it has not. */
const families: Readonly<Record<ImageFamily, { readonly has: string; readonly lacks: string }>> = {
  debian: {
    has: `${shellBasics} bash dash perl apt-get dpkg`,
    lacks:
      "curl wget nc ncat netcat ping ps pgrep pkill top jq git python python3 ip ss netstat dig nslookup telnet vim nano less gcc make file lsof procps apk",
  },
  "debian-full": {
    has: `${shellBasics} bash dash perl apt-get dpkg curl wget git gcc make ps pgrep pkill file`,
    lacks: "nc ncat netcat ping jq ip ss netstat dig nslookup telnet vim nano apk",
  },
  alpine: {
    has: `${shellBasics} ash busybox wget nc ping ps pgrep pkill top vi less netstat nslookup apk ip`,
    lacks: "bash curl jq git python python3 perl apt-get apt gcc make ss dig telnet nano",
  },
  busybox: {
    has: `${shellBasics} ash busybox wget nc ping ps pgrep pkill top vi less netstat nslookup`,
    lacks: "bash curl jq git python python3 perl apt-get apk",
  },
  distroless: {
    has: "",
    lacks: `${shellBasics} bash dash ash curl wget nc netcat ping ps pgrep jq git perl apt-get apk`,
  },
  scratch: {
    has: "",
    lacks: `${shellBasics} bash dash ash curl wget nc netcat ping ps pgrep jq git perl python python3 node apt-get apk`,
  },
  rhel: { has: `${shellBasics} bash curl rpm`, lacks: "apt-get apk nc netcat jq" },
  "ubi-micro": { has: `${shellBasics} bash`, lacks: "curl wget apt-get apk nc netcat jq" },
};

/** Programs that well-known images bring beside their family's. */
const brought: Readonly<Record<string, string>> = {
  node: "node npm npx corepack yarn",
  python: "python python3 pip pip3",
  ruby: "ruby gem bundle",
  golang: "go gofmt",
  rust: "cargo rustc",
  php: "php",
  "eclipse-temurin": "java",
  openjdk: "java javac",
  perl: "perl",
  postgres: "postgres psql pg_isready pg_dump pg_restore pg_basebackup initdb gosu",
  redis: "redis-server redis-cli gosu",
  valkey: "valkey-server valkey-cli",
  mysql: "mysql mysqladmin mysqld mysqldump gosu",
  mariadb: "mariadb mariadb-admin mariadbd healthcheck.sh gosu",
  mongo: "mongosh mongod mongodump gosu",
  rabbitmq: "rabbitmq-diagnostics rabbitmqctl rabbitmq-server",
  memcached: "memcached",
  nginx: "nginx curl",
  httpd: "httpd",
  haproxy: "haproxy",
  traefik: "traefik",
  caddy: "caddy",
  docker: "docker",
};

/** Programs that some releases or variants of an image bring and others do not: never said to be missing. */
const unsure: Readonly<Record<string, string>> = {
  ubuntu: "ps pgrep pkill top less",
  rabbitmq: "ps pgrep pkill top bash python3",
  mongo: "ps pgrep pkill top jq",
  mariadb: "ps pgrep pkill top",
  postgres: "bash less xz",
  httpd: "bash perl",
  php: "curl",
  rust: "gcc make git",
  golang: "gcc make git bash",
  docker: "git bash curl",
  registry: "bash",
  traefik: "bash curl",
  "eclipse-temurin": "curl wget bash ps pgrep pkill top git less unzip",
  maven: "curl wget bash ps pgrep pkill top git less unzip",
  gradle: "curl wget bash ps pgrep pkill top git less unzip",
  erlang: "curl wget bash git",
  elixir: "curl wget bash git",
};

/** Programs that left an image with a release: `[name, first major version without them, programs]`. */
const dropped: readonly (readonly [string, number, string])[] = [
  // https://hub.docker.com/_/mariadb: clients are called mariadb-* only, from 11.
  ["mariadb", 11, "mysql mysqladmin mysqldump"],
  // https://www.mongodb.com/docs/manual/release-notes/6.0-compatibility: the old shell is gone, from 6.
  ["mongo", 6, "mongo"],
];

/** What is known about the programs in an image. */
export interface KnownPrograms {
  readonly has: ReadonlySet<string>;
  readonly lacks: ReadonlySet<string>;
}

/** Programs in an image that is well known; `undefined` for all others. */
export function knownPrograms(reference: ImageReference): KnownPrograms | undefined {
  const family = familyOf(reference);
  if (family === undefined) return undefined;
  const own = reference.official ?? reference.name.replace(/-unprivileged$/, "");
  const has = new Set(words(`${families[family].has} ${brought[own] ?? ""}`));
  if (family === "distroless") has.add(distrolessProgram(reference.name));
  // Slim variants of nginx leave curl out; Debian and Alpine ones bring it.
  if (own === "nginx" && reference.tag?.includes("slim")) has.delete("curl");
  const major = tagVersion(reference)?.[0];
  const gone =
    dropped.find(([name, first]) => name === own && major !== undefined && major >= first)?.[2] ?? "";
  const open = new Set(words(unsure[own] ?? ""));
  const lacks = words(`${families[family].lacks} ${gone}`).filter(
    (name) => !has.has(name) && !open.has(name),
  );
  return { has, lacks: new Set(lacks) };
}

/** The interpreter that a distroless image is about. */
function distrolessProgram(name: string): string {
  if (name.startsWith("nodejs")) return "node";
  return name.startsWith("python3") ? "python3" : name.startsWith("java") ? "java" : "";
}

/** Programs in `scratch`. */
export function scratchPrograms(): KnownPrograms {
  return { has: new Set(), lacks: new Set(words(families.scratch.lacks)) };
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
