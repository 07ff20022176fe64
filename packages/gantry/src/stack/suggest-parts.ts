import type { AddressVariable, Need } from "../blueprint/suggestion.ts";
import { addressesOf } from "./addresses.ts";
import { Call, type Written } from "./suggest-text.ts";
import type { StackInput } from "./types.ts";

/** What a Compose file says about a bought part. */
export interface KnownPart {
  readonly kind: "postgres" | "redis" | "questdb";
  readonly name: string;
  /** Only when a part of Gantry has it. */
  readonly version: string | undefined;
  readonly database?: string;
  readonly user?: string;
}

type PartName = Need["part"];

/** A part of the suggested stack. */
export interface SuggestedPart {
  readonly part: PartName;
  readonly name: string;
  readonly call: Call;
}

const usualVersions = { postgres: "17", redis: "8", questdb: "9.3.4" } as const;

const order: readonly PartName[] = ["postgres", "queue", "sessions", "cache", "questdb"];

/** One part for each kind of need; names from the Compose file where it has such a server. */
export function suggestParts(
  needs: readonly Need[],
  known: readonly KnownPart[],
  taken: ReadonlySet<string>,
): readonly SuggestedPart[] {
  const wanted = order.filter((part) => needs.some((need) => need.part === part));
  const used = new Set(taken);
  const redisServers = wanted.filter((part) => kindOf(part) === "redis").length;
  return wanted.map((part) => {
    const kind = kindOf(part);
    const found = known.filter((candidate) => candidate.kind === kind && !used.has(candidate.name));
    const fitting =
      found.find(({ name }) => roleIn(name) === part) ??
      (redisServers > 1 && kind === "redis" ? undefined : found[0]);
    const shared = needs.some(
      (need) => need.part === part && /^REDIS_/.test(need.variables.url ?? need.variables.host ?? "REDIS_"),
    );
    const usual =
      part === "postgres" ? "db" : kind === "redis" && redisServers === 1 && shared ? "redis" : part;
    const name = [fitting?.name ?? usual, usual, `${usual}-server`].find(
      (candidate) => !used.has(candidate),
    ) as string;
    used.add(name);
    const version = fitting?.version ?? usualVersions[kind];
    const options: Record<string, Written | undefined> = {
      version,
      ...(kind === "redis" ? { use: part } : {}),
      database: fitting?.database,
      user: fitting?.user,
    };
    return { part, name, call: new Call(kind, options, true) };
  });
}

/** The server that answers a need. */
export function kindOf(part: PartName): KnownPart["kind"] {
  return part === "postgres" || part === "questdb" ? part : "redis";
}

function roleIn(name: string): PartName | undefined {
  if (/queue|broker|celery|bull/.test(name)) return "queue";
  if (/session/.test(name)) return "sessions";
  return /cache/.test(name) ? "cache" : undefined;
}

/** What a service gets for its needs: entries of `uses`, and variables for a second name of the same address. */
export interface Connections {
  readonly uses: readonly Written[];
  readonly env: Readonly<Record<string, string>>;
}

/** Connects needs with parts: by the default names where the sources read those. */
export function connect(needs: readonly Need[], parts: readonly SuggestedPart[], stack: string): Connections {
  const services = Object.fromEntries(
    parts.map(({ name, call }) => [name, { backing: call.of, options: call.options }]),
  );
  const addresses = addressesOf({ name: stack, services } as unknown as StackInput<string>);
  const uses: Written[] = [];
  const env: Record<string, string> = {};
  for (const need of needs) {
    const part = parts.find((candidate) => candidate.part === need.part);
    const address = part === undefined ? undefined : addresses[part.name];
    if (part === undefined || address === undefined) continue;
    const names = namesFor(need, address.variable, address.passwordSecret !== undefined);
    const special = names !== undefined || need.scheme !== undefined;
    uses.push(
      special
        ? { service: part.name, as: names, scheme: wholeOf(need) ? need.scheme : undefined }
        : part.name,
    );
    for (const name of need.also ?? []) env[name] = `${address.scheme}://${part.name}:${address.port}`;
  }
  return { uses, env };
}

const wholeOf = (need: Need): boolean =>
  need.variables.url !== undefined || Object.keys(need.variables).length === 0;

/** `as` of a use; `undefined` when the defaults are what the sources read. */
function namesFor(need: Need, usual: string, password: boolean): Written | undefined {
  const { variables } = need;
  const { url } = variables;
  const others = (["host", "port", "user", "database", "password"] as const).filter(
    (part) => variables[part] !== undefined,
  );
  if (!password) {
    if (others.length === 0) return url === undefined || url === usual ? undefined : url;
    return pick(variables, url === undefined ? others : ["url", ...others]);
  }
  if (need.passwordFile === true && others.length === 0)
    return url === undefined || url === usual ? undefined : url;
  if (need.passwordFile === true) {
    const { password: name, ...rest } = variables;
    return {
      ...pick(
        rest,
        others.filter((part) => part !== "password"),
      ),
      passwordFile: name === undefined ? "DB_PASSWORD_FILE" : `${name}_FILE`,
    };
  }
  // The sources know no files of secrets, so that the password must stand in the environment.
  const whole = url ?? (others.length === 0 ? usual : undefined);
  return { ...(whole === undefined ? {} : { urlWithPassword: whole }), ...pick(variables, others) };
}

function pick(variables: Need["variables"], parts: readonly AddressVariable[]): Record<string, string> {
  return Object.fromEntries(
    parts.flatMap((part) => (variables[part] === undefined ? [] : [[part, variables[part] as string]])),
  );
}
