import { withoutVariables } from "./variables.ts";

/** A variable, of a service or of an env file. */
export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
  /** As written, before variables were filled in. */
  readonly raw: string | undefined;
  readonly dynamic: boolean;
}

/** Where a variable's value points to. */
export interface Address {
  /** `undefined` for `HOST` and `HOST:PORT` without one. */
  readonly scheme: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** In lower case. */
  readonly host: string;
  /** As written; the scheme's own when none is, for the schemes of data servers. */
  readonly port: number | undefined;
  readonly portWritten: boolean;
  /** First part of the path: the database; `undefined` when there is none. */
  readonly path: string | undefined;
}

/** Port and server kind of URL schemes of data servers, without driver suffix (`postgresql+asyncpg`). */
const servers: Readonly<Record<string, { readonly kind: string; readonly port: number }>> = {
  postgres: { kind: "postgres", port: 5432 },
  postgresql: { kind: "postgres", port: 5432 },
  mysql: { kind: "mysql", port: 3306 },
  mysql2: { kind: "mysql", port: 3306 },
  mariadb: { kind: "mysql", port: 3306 },
  redis: { kind: "redis", port: 6379 },
  rediss: { kind: "redis", port: 6379 },
  mongodb: { kind: "mongo", port: 27017 },
  amqp: { kind: "rabbitmq", port: 5672 },
  amqps: { kind: "rabbitmq", port: 5671 },
  nats: { kind: "nats", port: 4222 },
};

const variable = "\u0001";

/** The kind of data server a scheme speaks to: `postgres` for `postgresql+asyncpg`; `undefined` for others. */
export function serverOfScheme(scheme: string | undefined): string | undefined {
  return servers[(scheme ?? "").split("+")[0] ?? ""]?.kind;
}

/**
 * Addresses in the value of a variable: URLs in it, `host:port` when the name says that it is one, and a bare host in
 * `*_HOST` (its port from the variable `*_PORT` beside it). Parts that hang on unknown variables are left out.
 */
export function addressesOf(entry: Variable, siblings: readonly Variable[] = []): readonly Address[] {
  const text = entry.dynamic ? withoutVariables(entry.raw ?? "", variable) : (entry.value ?? "");
  const matches = text.includes("://") ? [...text.matchAll(urlPattern)] : [];
  const urls = matches.flatMap((match) => urlAddress(match.groups ?? {}));
  if (urls.length > 0) return urls;
  const name = entry.name.toUpperCase();
  if (name.endsWith("_HOST") || name.endsWith("_HOSTNAME")) return hostAddress(entry, text, siblings);
  if (!addressEndings.some((ending) => name.endsWith(ending))) return [];
  return text.split(",").flatMap((part) => {
    const match = /^(?<host>[A-Za-z0-9][\w.-]*):(?<port>\d{2,5})$/.exec(part.trim());
    return match?.groups === undefined ? [] : urlAddress(match.groups);
  });
}

const addressEndings = [
  ...["ADDR", "ADDRESS", "ENDPOINT", "SERVER", "SERVERS", "BROKER", "BROKERS"],
  ...["BACKEND", "UPSTREAM", "URL", "URI", "HOST", "HOSTS"],
];

const urlPattern =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control character stands for an unknown variable
  /\b(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:(?<user>[^\s:@/?#]*)(?::(?<password>[^\s@/?#]*))?@)?(?:tcp\()?(?<host>[\w.\u0001-]+)(?::(?<port>[\d\u0001]+))?\)?(?:\/(?<path>[^\s?#/"',]*))?/gi;

function urlAddress(groups: Readonly<Record<string, string | undefined>>): readonly Address[] {
  const host = groups["host"]?.toLowerCase() ?? "";
  if (host === "" || host.includes(variable) || groups["port"]?.includes(variable)) return [];
  const scheme = groups["scheme"]?.toLowerCase();
  const usual = servers[(scheme ?? "").split("+")[0] ?? ""]?.port;
  return [
    {
      scheme,
      user: known(groups["user"]),
      password: known(groups["password"]),
      host,
      port: groups["port"] === undefined ? usual : Number(groups["port"]),
      portWritten: groups["port"] !== undefined,
      path: known(groups["path"]),
    },
  ];
}

function hostAddress(entry: Variable, text: string, siblings: readonly Variable[]): readonly Address[] {
  const match = /^(?<host>[A-Za-z0-9][\w.-]*)(?::(?<port>\d{2,5}))?$/.exec(text);
  const groups = match?.groups;
  if (groups === undefined) return [];
  const beside = entry.name.replace(/HOST(?:NAME)?$/i, "PORT");
  const port = siblings.find(({ name, dynamic }) => name === beside && !dynamic)?.value;
  const number = groups["port"] ?? (/^\d+$/.test(port ?? "") ? port : undefined);
  return urlAddress({ host: groups["host"], port: number });
}

function known(part: string | undefined): string | undefined {
  if (part === undefined || part === "" || part.includes(variable)) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether the host is the container itself. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host.startsWith("127.") || host === "::1" || host === "[::1]";
}
