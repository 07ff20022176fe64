import type { Need } from "../blueprint/suggestion.ts";
import { postgresNeed, questdbNeed, redisNeeds } from "../recipes/clues/variables.ts";
import type { FoundFolder } from "./suggest-folders.ts";
import { type KnownPart, kindOf } from "./suggest-parts.ts";

/** What a Compose file that is there already says; facts that count more than guesses. */
export interface KnownFacts {
  readonly built: readonly KnownService[];
  readonly parts: readonly KnownPart[];
}

/** A service that a Compose file builds. */
export interface KnownService {
  readonly name: string;
  readonly folder: string;
  readonly port: number | undefined;
  /** Names of its environment variables. */
  readonly variables: readonly string[];
  /** Kinds of parts whose addresses stand in its environment. */
  readonly reaches: readonly KnownPart["kind"][];
}

/** The service of the Compose file that a folder's own service is: of several, the one on its port. */
export function factOf({ folder, suggestion }: FoundFolder, known: KnownFacts): KnownService | undefined {
  const facts = known.built.filter((built) => built.folder === folder);
  return (
    facts.find(({ port }) => port !== undefined && port === suggestion.service?.port) ??
    (facts.length === 1
      ? facts[0]
      : facts.find(({ name }) => /^(web|api|app|server|backend|frontend)$/.test(name)))
  );
}

/** Needs that only the Compose file shows, or whose variables only it names. */
export function withFacts(found: FoundFolder, known: KnownFacts): FoundFolder {
  const facts = known.built.filter(({ folder }) => folder === found.folder);
  const { suggestion } = found;
  if (facts.length === 0 || suggestion.service === undefined) return found;
  const names = new Set(facts.flatMap(({ variables }) => variables));
  const reaches = new Set(facts.flatMap((fact) => fact.reaches));
  const missing = (kind: KnownPart["kind"]): boolean =>
    reaches.has(kind) && !suggestion.needs.some(({ part }) => kindOf(part) === kind);
  const needs = [
    ...suggestion.needs.map((need) =>
      need.part === "postgres" && Object.keys(need.variables).length === 0
        ? { ...need, variables: postgresNeed(names, need.passwordFile === true).variables }
        : need,
    ),
    ...(missing("postgres") ? [postgresNeed(names, false)] : []),
    ...(missing("redis") ? redisNeeds(names, { queue: false, sessions: false, client: true }) : []),
    ...(missing("questdb") ? questdbNeed(names, true) : []),
  ];
  return { ...found, suggestion: { ...suggestion, needs } };
}

/**
 * One Redis for all, where the Compose file has one, or all sources look in the same variable: what they share may be
 * more than a cache. The strictest use counts, for a queue must not lose anything.
 */
export function sharedRedis(folders: readonly FoundFolder[], known: KnownFacts): readonly FoundFolder[] {
  const needs = folders.flatMap(({ suggestion }) => suggestion.needs).filter(isRedis);
  const roles = new Set(needs.map(({ part }) => part));
  const mains = new Set(
    needs.map(({ variables }) => variables.url ?? variables.host).filter((name) => name !== undefined),
  );
  const one = known.parts.filter(({ kind }) => kind === "redis").length === 1;
  const role = (["queue", "sessions", "cache"] as const).find((candidate) => roles.has(candidate));
  if (roles.size < 2 || role === undefined || !(one || mains.size === 1)) return folders;
  return folders.map((found) => {
    const own = found.suggestion.needs.filter(isRedis);
    if (own.length === 0) return found;
    const [first, ...rest] = own as [Need, ...Need[]];
    const also = [
      ...(first.also ?? []),
      ...rest.flatMap((need) => [need.variables.url ?? [], need.also ?? []].flat()),
    ];
    const merged: Need = { ...first, part: role, ...(also.length > 0 ? { also } : {}) };
    const needs = [...found.suggestion.needs.filter((need) => !isRedis(need)), merged];
    return { ...found, suggestion: { ...found.suggestion, needs } };
  });
}

const isRedis = ({ part }: Need): boolean => kindOf(part) === "redis";
