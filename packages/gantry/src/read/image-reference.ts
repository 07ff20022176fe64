/** Name of an image, taken apart as Docker does it. */
export interface ImageReference {
  /** As written, after variables were filled in. */
  readonly text: string;
  /** `docker.io` when none is written. */
  readonly registry: string;
  /** Path in the registry; `library/postgres` for `postgres`. */
  readonly repository: string;
  /** Last part of the path: `postgres` for `bitnami/postgres:17`. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:...` */
  readonly digest: string | undefined;
  /** Name among Docker's official images: `postgres`; `undefined` for all others, names of local images among them. */
  readonly official: string | undefined;
  /** False when a variable in it has no value that the files tell: parts of it are then guesses. */
  readonly known: boolean;
}

/**
 * Names in Docker's library, retired ones at the end, from https://github.com/docker-library/official-images; others
 * may be local images.
 */
const library: ReadonlySet<string> = new Set(
  [
    "adminer aerospike almalinux alpine amazoncorretto amazonlinux arangodb archlinux backdrop bash bonita",
    "buildpack-deps busybox caddy cassandra chronograf cirros clickhouse clojure composer convertigo couchbase couchdb",
    "crate dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang fedora",
    "flink fluentd friendica gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd",
    "hylang ibm-semeru-runtimes ibmjava influxdb irssi jetty joomla jruby julia kapacitor kibana kong krakend liquibase",
    "logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mysql nats neo4j neurodebian",
    "nextcloud nginx node notary odoo open-liberty openjdk oraclelinux orientdb percona perl photon php phpmyadmin plone",
    "postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat",
    "rockylinux ros ruby rust sapmachine satosa silverpeas solr sonarqube spark spiped storm swift swipl teamspeak",
    "telegraf tomcat tomee traefik ubuntu unit valkey varnish vault websphere-liberty wordpress xwiki yourls znc",
    "zookeeper centos opensuse fsharp mono java jenkins iojs django rails sl clearlinux notary nats-streaming owncloud piwik",
    "thrift sentry ubuntu-upstart ubuntu-debootstrap hipache",
  ].flatMap((names) => names.split(" ")),
);

/** Takes a reference apart; `undefined` for text that is none, such as an empty one. */
export function resolveImageReference(text: string, known = true): ImageReference | undefined {
  const match =
    /^(?<path>[^\s@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]+))?$/.exec(
      text,
    );
  const groups = match?.groups;
  const path = groups?.["path"];
  if (path === undefined || path.startsWith("/") || path.endsWith("/") || path.endsWith(":"))
    return undefined;
  const slash = path.indexOf("/");
  const first = slash === -1 ? "" : path.slice(0, slash);
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const registry = hasRegistry ? normalRegistry(first) : "docker.io";
  const rest = hasRegistry ? path.slice(slash + 1) : path;
  const repository = registry === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  const inLibrary = registry === "docker.io" && repository === `library/${name}` && library.has(name);
  const official = inLibrary ? name : undefined;
  return {
    text,
    registry,
    repository,
    name,
    tag: groups?.["tag"],
    digest: groups?.["digest"],
    official,
    known,
  };
}

/**
 * A reference in which a variable has no value: what stands before the variable is kept (`postgres:${TAG}` is still
 * PostgreSQL, of an unknown version), the rest is left open.
 */
export function openImageReference(raw: string): ImageReference {
  const fixed = /^([a-z0-9._/-]+(?::\d+\/[a-z0-9._/-]+)?)(?::[^/$]*)?(?=[:@]?\$|-?\$)/.exec(raw);
  const name = raw.slice(0, raw.indexOf("$"));
  const whole =
    fixed !== null && /[:@][^/]*$/.test(name) ? resolveImageReference(fixed[1] as string, false) : undefined;
  if (whole !== undefined) return { ...whole, text: raw };
  return {
    text: raw,
    registry: "",
    repository: raw,
    name: raw.slice(raw.lastIndexOf("/") + 1),
    tag: undefined,
    digest: undefined,
    official: undefined,
    known: false,
  };
}

/** The version that a tag begins with: `[17, 2]` for `17.2-alpine`; `undefined` for `latest` and the like. */
export function tagVersion(reference: ImageReference): readonly number[] | undefined {
  const match = /^v?(\d+(?:\.\d+)*)/.exec(reference.tag ?? "");
  return match?.[1]?.split(".").map(Number);
}

function normalRegistry(host: string): string {
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}
