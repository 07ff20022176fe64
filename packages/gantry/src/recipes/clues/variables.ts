import type { FileTree } from "../../blueprint/files.ts";
import type { AddressVariable, Guess, Need, SuggestedSecret } from "../../blueprint/suggestion.ts";
import type { Source } from "./sources.ts";

/** Names of environment variables that sources read, in any of the languages: quoted, as `env.NAME`, or declared as a setting. */
export function variablesOf(sources: readonly Source[], files: FileTree): ReadonlySet<string> {
  // What a developer is told to copy to `.env` is read somewhere, however the sources do it.
  const examples = files
    .list("")
    .filter((name) => /^\.?env\.(example|sample|template|dist)$|^example\.env$/.test(name));
  const told = examples.flatMap((name) =>
    [...(files.read(name) ?? "").matchAll(/^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm)].map(
      (match) => match[1] as string,
    ),
  );
  return new Set([...sources.flatMap(({ text }) => [...variablesIn(text)]), ...told]);
}

function variablesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (pattern: RegExp): void => {
    for (const match of text.matchAll(pattern)) found.add(match[1] as string);
  };
  add(/["'`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)["'`]/g);
  add(/\benv\??\.([A-Z][A-Z0-9_]*)\b/g);
  add(/^\s*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\s*:\s/gm);
  // clap names a variable like the field.
  for (const match of text.matchAll(/#\[(?:clap|arg)\([^\]=]*\benv\b[^\]=]*\)\]\s*(?:pub\s+)?(\w+)\s*:/g))
    found.add((match[1] as string).toUpperCase());
  if (/\bBase\w*Settings\b/.test(text)) {
    // pydantic finds `database_url` in DATABASE_URL, with a prefix where the class says one.
    const prefix = /env_prefix["']?\s*[=:]\s*["'](\w*)["']/.exec(text)?.[1] ?? "";
    for (const match of text.matchAll(/^[ \t]+([a-z][a-z0-9_]*)\s*:\s*[A-Za-z]/gm))
      found.add(`${prefix}${match[1]}`.toUpperCase());
  }
  return found;
}

/** Whether the sources know secrets in files, as this stack gives them. */
export function readsSecretFiles(text: string): boolean {
  return /(PASSWORD|SECRET|_KEY)_FILE\b|[}{]_FILE\b|["'`]_FILE["'`]|\/run\/secrets|secrets_dir|@gantry\/runtime/.test(
    text,
  );
}

const database = "(?:DB|DATABASE|POSTGRES|POSTGRESQL|PG|SQL|RDS)";

const postgresParts: readonly (readonly [AddressVariable, RegExp])[] = [
  [
    "url",
    new RegExp(
      `^(?:\\w+_)??(?:${database}_?(?:URL|URI|DSN|CONNECTION_STRING|CONNECTION|CONN)|SQLALCHEMY_DATABASE_UR[IL])$`,
    ),
  ],
  ["host", new RegExp(`^${database}_?(?:HOST|HOSTNAME|SERVER)$`)],
  ["port", new RegExp(`^${database}_?PORT$`)],
  ["user", new RegExp(`^${database}_?(?:USER|USERNAME)$`)],
  ["password", new RegExp(`^${database}_?(?:PASSWORD|PASS|PWD)$`)],
  ["database", new RegExp(`^${database}_?(?:NAME|DB|DATABASE|DBNAME)$`)],
];

/** Variables for a test's own or a second database are nothing that a service needs. */
const aside = /TEST|SHADOW|REPLICA|READONLY|_RO_|FILE$/;

/** A need for PostgreSQL, with the variables in which its address is looked for. */
export function postgresNeed(names: ReadonlySet<string>, passwordFile: boolean, scheme?: string): Need {
  const variables: Partial<Record<AddressVariable, string>> = {};
  const usable = [...names].filter((name) => !aside.test(name));
  for (const [part, pattern] of postgresParts) {
    const fitting = usable.filter((name) => pattern.test(name));
    // The plainest of several: DATABASE_URL before POSTGRES_URL_NON_POOLING and before APP_DATABASE_URL.
    const best = fitting.find((name) => name === "DATABASE_URL") ?? fitting.sort(byLength)[0];
    if (best !== undefined) variables[part] = best;
  }
  // A password of its own beside a whole address is the one that is put into it, from a file.
  const whole = variables.url !== undefined && passwordFile;
  return {
    part: "postgres",
    variables: whole ? { url: variables.url as string } : variables,
    passwordFile,
    ...(scheme === undefined ? {} : { scheme }),
  };
}

const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** What the libraries of a package say about its use of Redis. */
export interface RedisUse {
  readonly queue: boolean;
  readonly sessions: boolean;
  /** A client without a purpose that its name tells. */
  readonly client: boolean;
}

type Role = "queue" | "cache" | "sessions";

const redisWords = "(?:REDIS|VALKEY|CACHE|QUEUE|BROKER|CELERY|SESSIONS?|BULL(?:MQ)?)";
const redisAddress = new RegExp(
  `^(?:\\w+_)??${redisWords}(?:_\\w+?)??_?(URL|URI|DSN|LOCATION|BROKER|RESULT_BACKEND|HOST|HOSTNAME|SERVER|PORT)$`,
);

/** Needs for Redis servers: one for each kind of use, because each wants another eviction. */
export function redisNeeds(names: ReadonlySet<string>, use: RedisUse): readonly Need[] {
  if (!use.queue && !use.sessions && !use.client) return [];
  const usual: Role = use.queue ? "queue" : use.sessions ? "sessions" : "cache";
  const byRole = new Map<Role, { part: AddressVariable; name: string }[]>();
  for (const name of [...names].filter((candidate) => !aside.test(candidate)).sort(byLength)) {
    const kind = redisAddress.exec(name)?.[1];
    if (kind === undefined) continue;
    const part = kind === "PORT" ? "port" : /HOST|SERVER/.test(kind) ? "host" : "url";
    const role = roleOf(name) ?? usual;
    byRole.set(role, [...(byRole.get(role) ?? []), { part, name }]);
  }
  if (use.queue && !byRole.has("queue")) byRole.set("queue", []);
  if (byRole.size === 0) byRole.set(usual, []);
  return [...byRole].map(([part, entries]): Need => {
    const variables: Partial<Record<AddressVariable, string>> = {};
    const also: string[] = [];
    for (const { part: of, name } of entries) {
      if (variables[of] === undefined) variables[of] = name;
      else if (of === "url") also.push(name);
    }
    return { part, variables, ...(also.length > 0 ? { also } : {}) };
  });
}

function roleOf(name: string): Role | undefined {
  if (/QUEUE|BROKER|CELERY|BULL/.test(name)) return "queue";
  if (/CACHE/.test(name)) return "cache";
  return /SESSION/.test(name) ? "sessions" : undefined;
}

/** A need for QuestDB, when a variable or library names it. */
export function questdbNeed(names: ReadonlySet<string>, library: boolean): readonly Need[] {
  const url = [...names].find((name) => /^QUESTDB_(URL|HTTP_URL|ADDR)$/.test(name));
  const host = [...names].find((name) => /^QUESTDB_(HOST|SERVER)$/.test(name));
  if (url === undefined && host === undefined && !library) return [];
  return [
    {
      part: "questdb",
      variables: { ...(url === undefined ? {} : { url }), ...(host === undefined ? {} : { host }) },
    },
  ];
}

/** Keys that a team makes up itself, so that `gantry` may do it in development. */
const own =
  /^(?:(?:DJANGO|FLASK|APP|JWT|NEXTAUTH|AUTH|SESSION|COOKIE|ACCESS|REFRESH|TOKEN|SIGNING|ENCRYPTION|SERVER|CSRF|HMAC)_)*(?:SECRET|SECRET_KEY|SECRET_KEY_BASE|KEY)$|^API_KEY$|^(?:ADMIN|MONITOR|FIRST_SUPERUSER)_PASSWORD$/;

/** Keys that somebody else hands out: making one up would only hide that it is missing. */
const foreign = /_(?:API_KEY|API_TOKEN|TOKEN|SECRET|SECRET_KEY|ACCESS_KEY|PRIVATE_KEY|PASSWORD)$/;

/** Secrets of the team's own that the sources ask for; `prefixes` are what its variables begin with. */
export function secretsIn(
  names: ReadonlySet<string>,
  file: boolean,
  prefixes: readonly string[] = [],
): readonly SuggestedSecret[] {
  const plain = (name: string): string => {
    const prefix = prefixes.find((candidate) => name.startsWith(candidate));
    return prefix === undefined ? name : name.slice(prefix.length);
  };
  return [...names]
    .filter((name) => own.test(plain(name)) && !/TEST/.test(name) && plain(name) !== "KEY")
    .sort()
    .map((name) => ({ name, file }));
}

/** Names of secrets that others hand out; only where the environment is plainly read, because many names end like them. */
export function foreignSecretsIn(sources: readonly Source[]): readonly string[] {
  const read =
    /\b(?:env|environ(?:\.get)?|getenv|Env|ENV|var|config|envsecret|envvar)\??\s*[.([]\s*["'`]?([A-Z][A-Z0-9_]+)\b/g;
  const addresses = new RegExp(`^(?:${database}|${redisWords})_`);
  const names = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(read)].map((match) => match[1] as string)),
  );
  return [...names]
    .filter((name) => foreign.test(name) && !own.test(name) && !addresses.test(name) && !/TEST/.test(name))
    .sort();
}

/** What is said about them. */
export function foreignGuess(names: readonly string[]): readonly Guess[] {
  if (names.length === 0) return [];
  const shown = names.length > 6 ? [...names.slice(0, 6), `${names.length - 6} more`] : names;
  return [
    {
      about: "secrets",
      text: `The sources read ${shown.join(", ")}: name those that must be there in \`secrets\`, and set them with \`gantry secrets set\`.`,
    },
  ];
}

/** What is said about servers for which there is no part, by the libraries that talk to them. */
export function withoutPart(
  servers: Readonly<Record<string, string>>,
  packages: ReadonlySet<string>,
): readonly Guess[] {
  const found = new Map(
    Object.entries(servers)
      .filter(([name]) => packages.has(name))
      .map(([name, server]) => [server, name]),
  );
  return [...found].map(
    ([server, name]): Guess => ({
      about: "uses",
      text: `It uses ${server} (${name}), for which there is no part: add it as a service with \`image\`, or give its address in \`env\`.`,
    }),
  );
}

/** Variables that may be addresses of other services. */
export function callsIn(names: ReadonlySet<string>): readonly string[] {
  return [...names].filter((name) => /^[A-Z][A-Z0-9_]*_(?:URL|URI|BASE_URL|HOST)$/.test(name)).sort();
}
